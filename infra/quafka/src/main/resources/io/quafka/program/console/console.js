// Which view is shown, and when it asks again.
import { Problem } from './ask.js';
import { overview } from './overview.js';
import { topics } from './topics.js';
import { groups } from './groups.js';
import { records } from './records.js';

const EVERY_MS = 3000;
const VIEWS = { overview, topics, groups, records };
const THEMES = ['system', 'light', 'dark'];
const SYMBOLS = { system: '◐', light: '☀', dark: '☾' };

const main = document.getElementById('main');
const live = document.getElementById('live');
const trouble = document.getElementById('trouble');
const themeButton = document.getElementById('theme');
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
let view = null;
let timer = null;
let asking = false;

function theme() {
  const kept = localStorage.getItem('quafka.theme');
  return THEMES.includes(kept) ? kept : 'system';
}

function paint() {
  const chosen = theme();
  document.documentElement.dataset.theme = chosen === 'system' ? (darkSystem.matches ? 'dark' : 'light') : chosen;
  themeButton.textContent = SYMBOLS[chosen];
  themeButton.setAttribute('aria-label', `Colours: ${chosen === 'system' ? 'as the system has them' : chosen}`);
  themeButton.title = themeButton.getAttribute('aria-label');
}

function told(problem) {
  trouble.hidden = problem === null;
  trouble.textContent = problem ?? '';
  live.className = `pill ${problem === null ? 'good' : 'bad'}`;
  live.textContent = problem === null ? 'live' : 'not live';
}

async function refresh() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  const shown = view;
  try {
    await shown.refresh();
    if (shown === view) told(null);
  } catch (problem) {
    if (shown === view) told(problem instanceof Problem ? problem.message : `The console failed: ${problem.message}`);
    if (!(problem instanceof Problem)) console.error(problem);
  } finally {
    asking = false;
    timer = setTimeout(refresh, shown === view ? EVERY_MS : 0);
  }
}

function route() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const name = Object.hasOwn(VIEWS, path) ? path : 'overview';
  const parameters = new URLSearchParams(query);
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#/${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  view = VIEWS[name](parameters);
  document.title = `${view.title} · Quafka`;
  main.replaceChildren(view.element);
  refresh();
}

themeButton.addEventListener('click', () => {
  localStorage.setItem('quafka.theme', THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
  paint();
});
darkSystem.addEventListener('change', paint);
addEventListener('hashchange', route);
document.addEventListener('visibilitychange', refresh);
paint();
route();
