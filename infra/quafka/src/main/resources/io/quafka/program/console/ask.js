// Asks the gateway that served this page.
const WAIT_MS = 15_000;

export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, value);
  }
  const url = query.size ? `${path}?${query}` : path;
  let response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(WAIT_MS), headers: { Accept: 'application/json' } });
  } catch {
    throw new Problem('The gateway does not answer. Trying again.', 0);
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    // Said below.
  }
  if (!response.ok || answer === null) {
    throw new Problem(answer?.error ?? `The gateway answers ${response.status}.`, response.status);
  }
  return answer;
}
