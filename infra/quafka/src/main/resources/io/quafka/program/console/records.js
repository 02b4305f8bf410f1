// Records of one partition: the front of each, as text or in hexadecimal.
import { ask, Problem } from './ask.js';
import { el, empty, text } from './elements.js';
import { bytes, count, date, NOTHING } from './figures.js';

const LIMIT = 25;

function shown(part) {
  if (part === null) return NOTHING;
  return part.text ?? `0x${part.hex}`;
}

function spaced(hex) {
  const lines = [];
  for (let at = 0; at < hex.length; at += 64) {
    lines.push(`${(at / 2).toString(16).padStart(4, '0')}  ${hex.slice(at, at + 64).replace(/(..)(?=.)/g, '$1 ')}`);
  }
  return lines.join('\n');
}

function block(name, part) {
  if (part === null) return el('div', {}, el('div', { class: 'what' }, `${name}: none`));
  const size = part.text === undefined ? part.hex.length / 2 : new TextEncoder().encode(part.text).length;
  const cut = size < part.length - 3 ? `, the first ${bytes(size)} shown` : '';
  const kind = part.text === undefined ? 'binary, ' : '';
  return el('div', {}, el('div', { class: 'what' }, `${name}: ${kind}${bytes(part.length)}${cut}`), el('pre', {}, part.text ?? spaced(part.hex)));
}

function recordRow(record) {
  const detail = el('div', { class: 'detail' });
  const element = el('details', { class: 'record', toggle: () => {
    if (element.open && !detail.hasChildNodes()) {
      detail.append(block('Key', record.key), block('Value', record.value),
        ...record.headers.map((header) => block(`Header ${shown(header.name)}`, header.value)));
      const more = record.headerCount - record.headers.length;
      if (more > 0) detail.append(el('div', { class: 'what' }, `${count(more)} more headers are not shown`));
    }
  } }, el('summary', {}, el('span', { class: 'mono' }, String(record.offset)), el('span', { class: 'dim' }, date(record.timestamp)),
    el('span', { class: 'mono' }, shown(record.key)), el('span', { class: 'mono' }, record.value === null ? el('span', { class: 'pill' }, 'deleted') : shown(record.value)),
    el('span', { class: 'n dim' }, record.value === null ? NOTHING : bytes(record.value.length))), detail);
  return element;
}

export function records(parameters) {
  const topic = el('input', { list: 'topics', value: parameters.get('topic') ?? '', placeholder: 'a topic', autocomplete: 'off', spellcheck: 'false' });
  const known = el('datalist', { id: 'topics' });
  const partition = el('input', { type: 'number', min: 0, value: parameters.get('partition') ?? '0' });
  const offset = el('input', { type: 'number', min: 0, value: parameters.get('offset') ?? '', placeholder: 'newest' });
  const lead = el('p', { class: 'lead' }, 'Keys, values and headers are shown as text where they are, in hexadecimal otherwise.');
  const problem = el('div', { class: 'hint bad', hidden: true });
  const list = el('div', { class: 'panel records' });
  const older = el('button', { type: 'button' }, '‹ Older');
  const newer = el('button', { type: 'button' }, 'Newer ›');
  const newest = el('button', { type: 'button' }, 'Newest');
  const form = el('form', { class: 'tools', submit: (event) => { event.preventDefault(); go(offset.value); } },
    el('label', {}, 'Topic', topic, known), el('label', {}, 'Partition', partition), el('label', {}, 'From offset', offset),
    el('button', { type: 'submit', class: 'main' }, 'Show'), older, newer, newest);
  const element = el('div', {}, el('h1', {}, 'Records'), lead, form, problem, list);
  let listed = null;

  function go(from) {
    const next = new URLSearchParams({ topic: topic.value, partition: partition.value || '0' });
    if (from !== '' && from !== null) next.set('offset', from);
    const hash = `#/records?${next}`;
    if (location.hash === hash) show().catch(() => {});
    else location.hash = hash;
  }

  function showList(answer) {
    if (answer.records.length === 0) {
      list.replaceChildren(answer.start === answer.end ? empty('No records', 'Nothing is in this partition, or nothing is left.')
        : empty('No records here', `The partition holds offsets ${count(answer.start)} to ${count(answer.end - 1)}.`));
      return;
    }
    list.replaceChildren(el('div', { class: 'record-head' }, el('span', {}, 'Offset'), el('span', {}, 'Time (UTC)'), el('span', {}, 'Key'), el('span', {}, 'Value'), el('span', { class: 'n' }, 'Size')),
      ...answer.records.map(recordRow));
  }

  async function show() {
    if (!parameters.get('topic')) {
      list.replaceChildren(empty('Choose a topic', 'Its newest records are shown first.'));
      older.disabled = newer.disabled = newest.disabled = true;
      return;
    }
    let answer;
    try {
      answer = await ask('/api/records', { topic: parameters.get('topic'), partition: parameters.get('partition') ?? 0, offset: parameters.get('offset'), limit: LIMIT });
    } catch (failure) {
      if (!(failure instanceof Problem) || failure.status === 0 || failure.status >= 500) throw failure;
      problem.hidden = false;
      text(problem, failure.message);
      list.replaceChildren(empty('Nothing to show'));
      older.disabled = newer.disabled = true;
      return;
    }
    problem.hidden = answer.problem === null;
    text(problem, answer.problem ?? '');
    text(lead, `Partition ${answer.partition} of ${answer.topic} holds offsets ${count(answer.start)} to ${count(Math.max(answer.start, answer.end - 1))}.`);
    showList(answer);
    older.disabled = answer.from <= answer.start;
    newer.disabled = answer.next >= answer.end;
    older.onclick = () => go(Math.max(answer.start, answer.from - LIMIT));
    newer.onclick = () => go(answer.next);
    newest.onclick = () => go('');
  }

  /** Once: what is looked at does not move away. */
  async function refresh() {
    if (listed) return;
    const answer = await ask('/api/topics', { sort: 'name', limit: 500 });
    known.replaceChildren(...answer.topics.map((one) => el('option', { value: one.topic })));
    await show();
    listed = answer;
  }

  return { title: 'Records', element, refresh };
}
