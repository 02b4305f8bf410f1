// Figures as people read them. The same words as the command line's.
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
export const NOTHING = '–';

export function bytes(value) {
  if (value === null || value === undefined) return NOTHING;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}

export function rate(bytesPerSecond) {
  return bytesPerSecond > 0 ? `${bytes(bytesPerSecond)}/s` : NOTHING;
}

export function time(seconds) {
  if (seconds === null || seconds === undefined || seconds < 0) return NOTHING;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 72 * 3600) return `${Math.floor(seconds / 3600)} h`;
  const days = seconds / 86400;
  return days > 999 ? '> 999 d' : `${days.toFixed(1)} d`;
}

export function count(value) {
  return value === null || value === undefined ? NOTHING : value.toLocaleString('en-US');
}

export function percent(value) {
  return value > 0 ? `${Number(value.toFixed(4))} %` : 'rest';
}

export function part(some, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, some / whole)) : 0;
}

export function plural(number, one, many) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

export function date(timestampMs) {
  if (timestampMs < 0) return NOTHING;
  const when = new Date(timestampMs);
  return Number.isNaN(when.getTime()) ? String(timestampMs) : when.toISOString().replace('T', ' ').replace('Z', '');
}

/** How fast counters grow: keeps what they were. A counter that fell has started anew. */
export class Growth {
  #last = new Map();

  /** Units a second since this key was last told; null the first time. */
  of(key, value, nowMs) {
    const last = this.#last.get(key);
    this.#last.set(key, { value, nowMs });
    if (!last || nowMs <= last.nowMs || value < last.value) return null;
    return (value - last.value) / ((nowMs - last.nowMs) / 1000);
  }
}
