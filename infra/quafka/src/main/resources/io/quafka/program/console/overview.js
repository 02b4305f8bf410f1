// The cluster at one look: rates, disks, nodes, tiering.
import { ask } from './ask.js';
import { el, empty, meter, Rows, sparkline, text } from './elements.js';
import { bytes, count, Growth, part, plural, rate, NOTHING } from './figures.js';

const STEPS = ['none', 'lends back', 'seals early', 'expires', 'throttles', 'refuses'];
const TONES = ['', '', 'warn', 'warn', 'bad', 'bad'];

function tile(label, ...inside) {
  const value = el('div', { class: 'value' }, el('span', { class: 'loading' }, '000 MiB/s'));
  const note = el('div', { class: 'note' });
  return { value, note, element: el('section', { class: 'panel tile', 'aria-label': label }, el('div', { class: 'label' }, label), value, ...inside, note) };
}

function facts(names) {
  const values = names.map(() => el('dd', {}, NOTHING));
  const element = el('dl', { class: 'facts' }, names.flatMap((name, i) => [el('dt', {}, name), values[i]]));
  return { element, show: (...shown) => shown.forEach((value, i) => text(values[i], value)) };
}

function nodeCard() {
  const title = el('h3');
  const state = el('span', { class: 'pill' });
  const roles = el('div', { class: 'roles' });
  const disk = meter('Disk in use');
  const diskSaid = el('div', { class: 'small dim' });
  const ladder = el('div', { class: 'ladder', 'aria-hidden': 'true' }, STEPS.slice(1).map(() => el('i')));
  const ladderSaid = el('div', { class: 'small dim' });
  const more = facts(['Writes', 'Reads', 'Address']);
  const storage = el('div', {}, disk.element, diskSaid, el('div', { class: 'small' }, '\u00a0'), ladder, ladderSaid);
  const element = el('article', { class: 'panel node' }, el('header', {}, title, state), roles, storage, more.element);
  return {
    element,
    update(node) {
      text(title, `Node ${node.node}`);
      element.classList.toggle('fenced', node.fenced);
      const failed = node.figures?.shardsFailed > 0;
      state.className = `pill ${node.fenced || failed ? 'bad' : 'good'}`;
      text(state, node.fenced ? 'fenced' : failed ? 'disk failed' : 'up');
      roles.replaceChildren(...node.roles.map((role) => el('span', { class: 'pill' }, role)),
        ...(node.rack ? [el('span', { class: 'pill' }, `rack ${node.rack}`)] : []),
        ...(node.shardsLed ? [el('span', { class: 'pill' }, `leads ${plural(node.shardsLed, 'shard', 'shards')}`)] : []));
      storage.hidden = !node.disk;
      if (node.disk) {
        const used = part(node.disk.usedBytes, node.disk.capacityBytes);
        const said = `${bytes(node.disk.usedBytes)} of ${bytes(node.disk.capacityBytes)} used`;
        disk.show(used, { said, tone: used > 0.97 ? 'bad' : used > 0.9 ? 'warn' : '' });
        text(diskSaid, `${said}; volume of ${bytes(node.disk.volumeBytes)}, ${bytes(node.disk.freeBytes)} free`);
        const step = node.figures?.pressure ?? 0;
        ladder.className = `ladder ${TONES[step] ?? 'bad'}`;
        [...ladder.children].forEach((rung, i) => rung.classList.toggle('on', i < step));
        text(ladderSaid, node.figures ? `Pressure: ${STEPS[step] ?? step}` : 'Pressure: not told');
      }
      more.show(rate(Math.round(node.writes ?? 0)), rate(Math.round(node.reads ?? 0)), node.storage ?? node.kafka ?? NOTHING);
    },
  };
}

// Outlive the view: who comes back sees what was.
const growth = new Growth();
const written = [];
const read = [];

export function overview() {
  const lead = el('p', { class: 'lead' });
  const writes = { line: sparkline('Writes over the last minutes', written) };
  const reads = { line: sparkline('Reads over the last minutes', read) };
  Object.assign(writes, tile('Written to topics', writes.line.element));
  Object.assign(reads, tile('Read from storage nodes', reads.line.element));
  const diskMeter = meter('Capacity in use');
  const disk = tile('Held by topics', el('div', { class: 'small' }, '\u00a0'), diskMeter.element);
  const clients = tile('Clients of this gateway');
  const health = el('div', { class: 'hint good', role: 'status' }, '\u00a0');
  const nodes = el('div', { class: 'nodes' });
  const nodesSaid = el('span', { class: 'dim small' });
  const nodeRows = new Rows(nodes);
  const tiering = el('div', { class: 'panel' });
  const element = el('div', {},
    el('h1', {}, 'Overview'), lead,
    el('div', { class: 'tiles' }, writes.element, reads.element, disk.element, clients.element),
    el('section', { class: 'section' }, health),
    el('section', { class: 'section' }, el('header', {}, el('h2', {}, 'Nodes'), nodesSaid), nodes),
    el('section', { class: 'section' }, el('header', {}, el('h2', {}, 'History in the object store')), tiering));

  function showHealth(cluster, fenced) {
    const { count: all, withoutLeader, underReplicated } = cluster.shards;
    const failed = cluster.nodes.filter((node) => node.figures?.shardsFailed > 0).length;
    const bad = withoutLeader > 0 || failed > 0;
    const warn = underReplicated > 0 || fenced > 0;
    health.className = `hint ${bad ? 'bad' : warn ? '' : 'good'}`;
    const said = [];
    if (withoutLeader) said.push(`${withoutLeader} of ${plural(all, 'shard has', 'shards have')} no leader: their partitions cannot be written or read.`);
    if (failed) said.push(`${plural(failed, 'node has', 'nodes have')} shards whose disk failed: start the process again.`);
    if (underReplicated) said.push(`${plural(underReplicated, 'shard lacks', 'shards lack')} replicas in sync.`);
    if (fenced) said.push(`${plural(fenced, 'node is', 'nodes are')} silent, and fenced.`);
    text(health, said.length ? said.join(' ') : `Every shard has its leader (${all}), and every node is heard of (${cluster.nodes.length}).`);
  }

  function showTiering(cluster) {
    const told = cluster.nodes.map((node) => node.figures).filter(Boolean);
    const sum = (name) => told.reduce((all, figures) => all + figures[name], 0);
    if (cluster.gateway.objectStore === 'none') {
      tiering.replaceChildren(empty('No object store', 'Records live and expire on the storage disks. ', el('code', {}, 'tiering.store'), ' sets one.'));
      return;
    }
    const failures = sum('tieringFailuresTotal');
    const backlog = sum('tieringBacklogBytes');
    const row = (name, value) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', { class: 'n' }, value));
    tiering.replaceChildren(el('table', {}, el('tbody', {},
      row('Object store', cluster.gateway.objectStore),
      row('Waiting to be uploaded', bytes(backlog)),
      row('Uploaded since the nodes started', `${bytes(sum('tieringUploadedBytesTotal'))} in ${plural(sum('tieringUploadsTotal'), 'object', 'objects')}`),
      row('Attempts that failed and are repeated', count(failures)))));
  }

  async function refresh() {
    const cluster = await ask('/api/cluster');
    const now = performance.now();
    text(lead, `Cluster ${cluster.clusterId}: ${plural(cluster.topics, 'topic', 'topics')}, ${plural(cluster.partitions, 'partition', 'partitions')}.`);
    let readNow = null;
    for (const node of cluster.nodes) {
      if (!node.figures) continue;
      node.writes = growth.of(`w${node.node}`, node.figures.appendedBytesTotal, now);
      node.reads = growth.of(`r${node.node}`, node.figures.readBytesTotal, now);
      if (node.reads !== null) readNow = (readNow ?? 0) + node.reads;
    }
    text(writes.value, `${bytes(cluster.bytesPerSecond)}/s`);
    writes.line.add(cluster.bytesPerSecond);
    text(writes.note, 'All topics together, smoothed');
    text(reads.value, readNow === null ? NOTHING : `${bytes(Math.round(readNow))}/s`);
    reads.line.add(readNow);
    text(reads.note, 'Without what gateways had in memory');
    const used = part(cluster.recordBytes, cluster.capacityBytes);
    text(disk.value, bytes(cluster.recordBytes));
    const said = `${(used * 100).toFixed(0)} % of the ${bytes(cluster.capacityBytes)} that topics share`;
    diskMeter.show(used, { said, tone: used > 0.97 ? 'bad' : used > 0.9 ? 'warn' : '' });
    text(disk.note, said);
    const gateway = cluster.gateway;
    text(clients.value, plural(gateway.connections, 'connection', 'connections'));
    const inRate = growth.of('in', gateway.receivedBytesTotal, now);
    const outRate = growth.of('out', gateway.sentBytesTotal, now);
    const requests = growth.of('requests', gateway.requestsTotal, now);
    text(clients.note, requests === null ? gateway.listen
      : `${count(Math.round(requests))} requests/s, ${bytes(Math.round(inRate ?? 0))}/s in, ${bytes(Math.round(outRate ?? 0))}/s out`);
    const fenced = cluster.nodes.filter((node) => node.fenced).length;
    showHealth(cluster, fenced);
    text(nodesSaid, cluster.nodesLeftOut ? `${cluster.nodesLeftOut} more are not shown` : '');
    nodeRows.show(cluster.nodes, (node) => node.node, nodeCard);
    showTiering(cluster);
  }

  return { title: 'Overview', element, refresh };
}
