// Groups and how far they are behind.
import { ask } from './ask.js';
import { el, empty, meter, Rows, text } from './elements.js';
import { count, part, plural, NOTHING } from './figures.js';

const PAGE = 50;
const COLUMNS = 6;

function partitionsTable(partitions) {
  const heads = ['Topic', 'Partition', 'Committed', 'End', 'Lag'];
  return el('table', {}, el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', { scope: 'col', class: i ? 'n' : null }, head)))),
    el('tbody', {}, partitions.map((one) => el('tr', {}, el('td', { class: 'name' }, one.topic),
      [one.partition, one.committed, one.end, one.lag].map((value) => el('td', { class: 'n' }, count(value)))))));
}

function row(open, toggle) {
  const name = el('td', { class: 'name' });
  const state = el('span', { class: 'pill' });
  const type = el('td', { class: 'dim' });
  const topics = el('td', { class: 'small' });
  const bar = meter('Lag beside the largest');
  const lag = el('td', { class: 'n' });
  let shown = null;
  const button = el('button', { type: 'button', click: () => toggle(shown.group) }, 'Partitions');
  const main = el('tr', {}, name, el('td', {}, state), type, topics, el('td', { class: 'wide' }, bar.element), lag, el('td', { class: 'n' }, button));
  return {
    element: main,
    update(group) {
      shown = group;
      text(name, group.group);
      state.className = `pill ${{ Stable: 'good', Empty: '', Dead: 'bad' }[group.state] ?? 'warn'}`;
      text(state, group.state);
      text(type, group.type);
      text(topics, group.topicCount === 0 ? NOTHING : group.topics.slice(0, 3).join(', ') + (group.topicCount > 3 ? ` and ${group.topicCount - 3} more` : ''));
      bar.show(part(group.lag ?? 0, group.largest), { said: group.lag === null ? 'not known' : plural(group.lag, 'record', 'records') });
      text(lag, count(group.lag));
      button.setAttribute('aria-expanded', String(open.has(group.group)));
      button.setAttribute('aria-label', `Partitions of ${group.group}`);
    },
  };
}

function details() {
  const cell = el('td', { colspan: COLUMNS + 1 }, el('div', { class: 'loading' }, 'loading'));
  return {
    element: el('tr', { class: 'detail-row' }, cell),
    update(item) {
      if (item.details) {
        cell.replaceChildren(item.details.length ? partitionsTable(item.details) : empty('Nothing committed'));
      }
    },
  };
}

export function groups(parameters) {
  let from = 0;
  const open = new Set(parameters.has('group') ? [parameters.get('group')] : []);
  const search = el('input', { type: 'search', placeholder: 'part of an id', autocomplete: 'off', input: () => { from = 0; soon(); } });
  const lead = el('p', { class: 'lead' });
  const body = el('tbody', {}, el('tr', {}, Array.from({ length: COLUMNS + 1 }, () => el('td', {}, el('span', { class: 'loading' }, 'loading')))));
  const nothing = el('div', { hidden: true });
  const heads = ['Group', 'State', 'Protocol', 'Topics', 'Lag beside the largest', 'Lag', ''];
  const table = el('table', {}, el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', { scope: 'col', class: i >= 5 ? 'n' : null }, head)))), body);
  const previous = el('button', { type: 'button', click: () => { from = Math.max(0, from - PAGE); soon(); } }, '‹ Previous');
  const next = el('button', { type: 'button', click: () => { from += PAGE; soon(); } }, 'Next ›');
  const pages = el('div', { class: 'tools section', hidden: true }, previous, next);
  const element = el('div', {}, el('h1', {}, 'Groups'), lead, el('div', { class: 'tools' }, el('label', {}, 'Search', search)),
    el('div', { class: 'panel' }, el('div', { class: 'scroll' }, table), nothing), pages);
  let rows = null;

  function toggle(id) {
    if (!open.delete(id)) open.add(id);
    soon();
  }

  async function refresh() {
    const answer = await ask('/api/groups', { search: search.value, from, limit: PAGE });
    const items = [];
    const largest = Math.max(1, ...answer.groups.map((group) => group.lag ?? 0));
    for (const group of answer.groups) {
      group.largest = largest;
      items.push(group);
      if (open.has(group.group)) {
        const told = await ask('/api/groups', { group: group.group });
        items.push({ of: group.group, details: told.groups[0].partitions });
      }
    }
    if (!rows) {
      body.replaceChildren();
      rows = new Rows(body);
    }
    rows.show(items, (item) => (item.of === undefined ? `g:${item.group}` : `d:${item.of}`), (item) => (item.of === undefined ? row(open, toggle) : details()));
    text(lead, `${plural(answer.matching, 'group', 'groups')}. Lag counts records since the committed offset.`);
    table.hidden = answer.groups.length === 0;
    nothing.hidden = answer.groups.length > 0;
    if (!nothing.hidden) {
      nothing.replaceChildren(search.value ? empty('No group has this in its id') : empty('No groups yet', 'A group is there once a consumer joined it or committed an offset.'));
    }
    pages.hidden = answer.matching <= PAGE;
    previous.disabled = from === 0;
    next.disabled = from + PAGE >= answer.matching;
  }

  function soon() {
    refresh().catch(() => {}); // The next turn tells.
  }

  return { title: 'Groups', element, refresh };
}
