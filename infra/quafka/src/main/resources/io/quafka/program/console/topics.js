// Topics and their shares of the disks.
import { ask } from './ask.js';
import { el, empty, meter, Rows, text } from './elements.js';
import { bytes, count, part, percent, plural, rate, time, NOTHING } from './figures.js';
import { openPlan } from './plan.js';

const PAGE = 100;
/** What binds, in a word; the setting's name is told beside it. */
const BINDS = { 'retention.ms': 'time', 'retention.bytes': 'size', 'retention.percent': 'percent', 'local.retention.percent': 'percent', none: 'nothing' };
const HUES = [172, 205, 262, 310, 20, 44, 90, 140];

function row() {
  const name = el('a', {});
  const tag = el('span', { class: 'pill', hidden: true }, 'compacted');
  const share = el('td', { class: 'n' });
  const bar = meter('Budget in use');
  const cells = Object.fromEntries(['partitions', 'used', 'budget', 'lent', 'rate', 'lasts'].map((key) => [key, el('td', { class: 'n' })]));
  const binds = el('td', { class: 'small dim nowrap' });
  let shown = null;
  const plan = el('button', { type: 'button', click: () => openPlan(shown) }, 'Plan');
  const element = el('tr', {}, el('td', { class: 'name' }, name, ' ', tag), cells.partitions, share, el('td', { class: 'wide' }, bar.element),
    cells.used, cells.budget, cells.lent, cells.rate, cells.lasts, binds, el('td', { class: 'n' }, plan));
  return {
    element,
    update(topic) {
      shown = topic;
      text(name, topic.topic);
      name.setAttribute('href', `#/records?${new URLSearchParams({ topic: topic.topic })}`);
      plan.setAttribute('aria-label', `Plan a change of ${topic.topic}`);
      tag.hidden = !topic.compacted;
      text(share, percent(topic.percent));
      const own = topic.percent > 0 ? topic.shareBytes : topic.limitBytes;
      const lent = Math.max(0, topic.limitBytes - own);
      const used = part(topic.usedBytes, topic.limitBytes);
      bar.show(used, {
        ownEnd: topic.percent > 0 && lent > 0 ? part(own, topic.limitBytes) : null,
        said: `${bytes(topic.usedBytes)} of ${bytes(topic.limitBytes)}${lent ? `, ${bytes(lent)} of it lent` : ''}`,
        tone: topic.percent > 0 ? '' : used > 0.97 ? 'bad' : used > 0.9 ? 'warn' : '',
      });
      text(cells.partitions, count(topic.partitions));
      text(cells.used, bytes(topic.usedBytes));
      text(cells.budget, topic.percent > 0 ? bytes(own) : NOTHING);
      text(cells.lent, lent > 0 ? `+${bytes(lent)}` : NOTHING);
      text(cells.rate, rate(topic.bytesPerSecond));
      text(cells.lasts, time(topic.seconds));
      text(binds, BINDS[topic.binds] ?? topic.binds);
      binds.title = topic.binds;
    },
  };
}

function loadingRow() {
  return el('tr', {}, Array.from({ length: 11 }, () => el('td', {}, el('span', { class: 'loading' }, 'loading'))));
}

export function topics() {
  let from = 0;
  let failed = null;
  const share = el('div', { class: 'share', role: 'img' });
  const said = el('p', { class: 'lead' });
  const search = el('input', { type: 'search', placeholder: 'part of a name', autocomplete: 'off', input: () => { from = 0; soon(); } });
  const sort = el('select', { change: () => { from = 0; soon(); } },
    el('option', { value: 'used' }, 'bytes used'), el('option', { value: 'rate' }, 'rate'), el('option', { value: 'percent' }, 'share'), el('option', { value: 'name' }, 'name'));
  const body = el('tbody', {}, loadingRow(), loadingRow(), loadingRow());
  const nothing = el('div', { hidden: true });
  const previous = el('button', { type: 'button', click: () => { from = Math.max(0, from - PAGE); soon(); } }, '‹ Previous');
  const next = el('button', { type: 'button', click: () => { from += PAGE; soon(); } }, 'Next ›');
  const pages = el('div', { class: 'tools section', hidden: true }, previous, next);
  const heads = ['Topic', 'Partitions', 'Share', 'Use of the budget', 'Used', 'Own budget', 'Lent', 'Rate', 'Lasts', 'Limited by', ''];
  const left = new Set(['Topic', 'Use of the budget', 'Limited by']);
  const table = el('table', {}, el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col', class: left.has(head) ? null : 'n' }, head || el('span', { class: 'small' }, '\u00a0'))))), body);
  const element = el('div', {}, el('h1', {}, 'Topics'), said, share,
    el('div', { class: 'tools section' }, el('label', {}, 'Search', search), el('label', {}, 'Largest first by', sort)),
    el('div', { class: 'panel' }, el('div', { class: 'scroll' }, table), nothing), pages);
  let rows = null;

  async function refresh() {
    const answer = await ask('/api/topics', { search: search.value, sort: sort.value, from, limit: PAGE });
    if (!rows) {
      body.replaceChildren();
      rows = new Rows(body);
    }
    text(said, `Topics share ${bytes(answer.capacityBytes)}; ${bytes(answer.restBytes)} are left for topics without a percentage.`);
    const shares = answer.topics.filter((topic) => topic.percent > 0);
    share.replaceChildren(...shares.map((topic, i) => {
      const piece = el('span', { title: `${topic.topic}: ${percent(topic.percent)}` }, `${topic.topic} ${percent(topic.percent)}`);
      piece.style.width = `${topic.percent}%`;
      piece.style.background = `hsl(${HUES[i % HUES.length]} 55% 32%)`;
      return piece;
    }), el('span', { class: 'rest' }, `rest ${Number((100 - answer.percentGiven).toFixed(4))} %`));
    share.setAttribute('aria-label', `Shares: ${shares.map((topic) => `${topic.topic} ${percent(topic.percent)}`).join(', ') || 'none given'}`);
    rows.show(answer.topics, (topic) => topic.topic, row);
    table.hidden = answer.topics.length === 0;
    nothing.hidden = answer.topics.length > 0;
    if (!nothing.hidden) {
      nothing.replaceChildren(search.value ? empty('No topic has this in its name', 'Names are compared without regard to capitals.')
        : empty('No topics yet', el('code', {}, 'quafka topic create orders --config local.retention.percent=60')));
    }
    pages.hidden = answer.matching <= PAGE;
    previous.disabled = from === 0;
    next.disabled = from + PAGE >= answer.matching;
    failed = null;
  }

  function soon() {
    refresh().catch((problem) => { failed = problem; });
  }

  return { title: 'Topics', element, refresh: () => (failed ? Promise.reject(failed).finally(() => { failed = null; }) : refresh()) };
}
