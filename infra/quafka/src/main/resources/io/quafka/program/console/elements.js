// Makes elements. What comes from the cluster becomes text nodes only, never markup.
const SVG = 'http://www.w3.org/2000/svg';

export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

export function text(element, value) {
  const wanted = String(value);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Rows that stay where they are while their items do: focus and scroll survive an update. */
export class Rows {
  #parent;
  #rows = new Map();

  constructor(parent) {
    this.#parent = parent;
  }

  /** `make(item)` gives {element, update(item)}. */
  show(items, key, make) {
    const wanted = new Set(items.map(key));
    for (const [id, row] of this.#rows) {
      if (!wanted.has(id)) {
        row.element.remove();
        this.#rows.delete(id);
      }
    }
    let place = this.#parent.firstChild;
    for (const item of items) {
      let row = this.#rows.get(key(item));
      if (!row) {
        row = make(item);
        this.#rows.set(key(item), row);
      }
      row.update(item);
      if (row.element !== place) this.#parent.insertBefore(row.element, place);
      else place = place.nextSibling;
    }
  }

  clear() {
    this.show([], (item) => item, () => null);
  }
}

/** A bar: `mark` is where what is its own ends and what is lent begins. */
export function meter(label) {
  const lent = el('span', { class: 'lent' });
  const fill = el('span', { class: 'fill' });
  const mark = el('span', { class: 'mark', hidden: true });
  const element = el('div', { class: 'meter', role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, lent, fill, mark);
  return {
    element,
    show(used, { ownEnd = null, said = '', tone = '' } = {}) {
      fill.style.width = `${used * 100}%`;
      fill.className = `fill ${tone}`;
      lent.style.width = ownEnd === null ? '0' : '100%';
      mark.hidden = ownEnd === null || ownEnd >= 1;
      if (ownEnd !== null) mark.style.left = `calc(${ownEnd * 100}% - 1px)`;
      element.setAttribute('aria-valuenow', Math.round(used * 100));
      element.setAttribute('aria-valuetext', said);
      element.title = said;
    },
  };
}

const SPARK_POINTS = 60;

/** `values` are kept by who asks, so that they outlive what shows them. */
export function sparkline(label, values) {
  const line = svg('polyline', { class: 'line' });
  const area = svg('polygon', { class: 'area' });
  const element = svg('svg', { class: 'spark', viewBox: '0 0 100 40', preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, area, line);
  const draw = () => {
    const most = Math.max(...values, 1);
    const step = 100 / (SPARK_POINTS - 1);
    const start = 100 - step * (values.length - 1);
    const points = values.map((v, i) => `${(start + i * step).toFixed(2)},${(38 - (v / most) * 34).toFixed(2)}`);
    line.setAttribute('points', points.join(' '));
    area.setAttribute('points', `${start.toFixed(2)},40 ${points.join(' ')} 100,40`);
  };
  if (values.length) draw();
  return {
    element,
    add(value) {
      if (value === null) return;
      values.push(value);
      if (values.length > SPARK_POINTS) values.shift();
      draw();
    },
  };
}

export function empty(title, ...more) {
  return el('div', { class: 'empty' }, el('strong', {}, title), ...more);
}
