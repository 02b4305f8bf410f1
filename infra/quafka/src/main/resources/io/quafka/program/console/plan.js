// What a change of a topic's share would do to all, before it is made.
import { ask } from './ask.js';
import { el, text } from './elements.js';
import { bytes, percent, rate, time, NOTHING } from './figures.js';

const PAUSE_MS = 250;

function changeRow(change, topic) {
  const less = change.bytesAfter < change.bytesBefore;
  return el('tr', {},
    el('td', { class: 'name' }, change.topic === topic ? el('strong', {}, change.topic) : change.topic),
    el('td', { class: 'n' }, `${percent(change.percentBefore)} → ${percent(change.percentAfter)}`),
    el('td', { class: 'n' }, bytes(change.bytesBefore)),
    el('td', { class: `n ${less ? '' : 'gains'}` }, bytes(change.bytesAfter)),
    el('td', { class: 'n' }, rate(change.bytesPerSecond)),
    el('td', { class: 'n' }, `${time(change.secondsBefore)} → ${time(change.secondsAfter)}`),
    el('td', { class: 'n' }, change.secondsLost ? el('span', { class: 'loses' }, time(change.secondsLost)) : NOTHING));
}

export function openPlan(topic) {
  let pending = null;
  let asked = 0;
  const start = topic.percent > 0 ? topic.percent : 10;
  const slider = el('input', { type: 'range', min: 0.5, max: 100, step: 0.5, value: start, 'aria-label': 'Share in percent' });
  const number = el('input', { type: 'number', min: 0.0001, max: 100, step: 0.0001, value: Number(start.toFixed(4)), id: 'plan-percent' });
  const outcome = el('div', { class: 'outcome', 'aria-live': 'polite' }, el('span', { class: 'loading' }, 'What this would do'));
  const body = el('tbody');
  const heads = ['Topic', 'Share', 'Budget', 'Then', 'Rate', 'Lasts', 'Loses'];
  const table = el('div', { class: 'plan-rows scroll' }, el('table', {}, el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', { scope: 'col', class: i ? 'n' : null }, head)))), body));
  const command = el('code', {});
  const copy = el('button', { type: 'button', click: copyCommand }, 'Copy');
  const close = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', click: () => dialog.close() }, '✕');
  const dialog = el('dialog', { 'aria-labelledby': 'plan-title', close: () => { clearTimeout(pending); dialog.remove(); } },
    el('div', { class: 'head' }, el('h2', { id: 'plan-title' }, `What if ${topic.topic} had another share?`), close),
    el('div', { class: 'body' },
      el('div', { class: 'choose' }, el('label', { class: 'field' }, 'Share of the disks', slider), el('label', { class: 'field' }, 'Percent', number)),
      outcome, table),
    el('div', { class: 'foot' }, command, copy));

  async function copyCommand() {
    try {
      await navigator.clipboard.writeText(command.textContent);
      text(copy, 'Copied');
    } catch {
      getSelection().selectAllChildren(command);
      text(copy, 'Selected');
    }
  }

  function say(message, tone) {
    outcome.replaceChildren(el('div', { class: `hint ${tone}` }, message));
  }

  async function show() {
    const turn = ++asked;
    const wanted = number.value;
    text(command, `quafka topic alter ${topic.topic} --config local.retention.percent=${wanted}`);
    text(copy, 'Copy');
    let plan;
    try {
      plan = await ask('/api/retention/plan', { topic: topic.topic, percent: wanted });
    } catch (problem) {
      if (turn === asked) {
        say(problem.message, 'bad');
        body.replaceChildren();
      }
      return;
    }
    if (turn !== asked) return;
    body.replaceChildren(...plan.topics.map((change) => changeRow(change, topic.topic)));
    const own = plan.topics.find((change) => change.topic === topic.topic);
    copy.disabled = plan.problem !== null;
    if (plan.problem !== null) {
      say(`This would be refused. ${plan.problem}`, 'bad');
    } else {
      const losers = plan.topics.filter((change) => change.secondsLost > 0).map((change) => `${change.topic} loses ${time(change.secondsLost)}`);
      const means = own ? `${wanted} % are ${bytes(own.bytesAfter)}${own.secondsAfter < 0 ? '; nothing is written to it now' : `, about ${time(own.secondsAfter)} at the current rate`}.` : '';
      say(`${means} ${losers.length ? `${losers.join(', ')} of what it holds.` : 'Nobody loses anything.'}`, losers.length ? '' : 'good');
    }
  }

  function later() {
    clearTimeout(pending);
    pending = setTimeout(show, PAUSE_MS);
  }

  slider.addEventListener('input', () => { number.value = slider.value; later(); });
  number.addEventListener('input', () => { slider.value = number.value; later(); });
  document.body.append(dialog);
  dialog.showModal();
  show();
}
