'use strict';

// Lists exchanges as the server tells them. All that comes from it is put in as
// text, never as HTML.

const byId = (id) => document.getElementById(id);
const list = byId('requests');

/** An element with a class and what is in it: elements and texts. */
function element(name, kind, ...content) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...content);
  return made;
}

// Filters. Those that stand for a verdict appear when one has come; the first
// of them are always there.

const problems = ['mismatch', 'malformed', 'unsigned', 'unreadable'];
const isProblem = (x) => problems.includes(x.verdict) || x.differences.length > 0;
const is = (verdict) => (x) => x.verdict === verdict;
const filters = [
  { name: 'all', matches: () => true, always: true },
  { name: 'problems', matches: isProblem, always: true },
  { name: 'verified', matches: is('verified'), always: true },
  { name: 'mismatch', matches: is('mismatch'), always: true },
  { name: 'malformed', matches: is('malformed'), always: true },
  { name: 'unsigned', matches: is('unsigned'), always: true },
  { name: 'unreadable', matches: is('unreadable') },
  { name: 'probe', matches: is('probe') },
  { name: 'not judged', matches: is('not judged') },
];
let chosen = filters.find(({ name }) => name === decodeURIComponent(location.hash.slice(1))) ?? filters[0];

for (const filter of filters) {
  const input = element('input');
  Object.assign(input, { type: 'radio', name: 'show', id: `show-${filter.name.replace(' ', '-')}`, checked: filter === chosen });
  input.addEventListener('change', () => choose(filter));
  filter.output = element('output', '', '0');
  const label = element('label', '', `${filter.name} `, filter.output);
  label.htmlFor = input.id;
  filter.count = 0;
  filter.choice = element('div', 'choice', input, label);
  filter.choice.hidden = !filter.always && filter !== chosen;
  byId('filter').firstElementChild.append(filter.choice);
}

function choose(filter) {
  chosen = filter;
  history.replaceState(null, '', filter.name === 'all' ? location.pathname : `#${encodeURIComponent(filter.name)}`);
  for (const [item, x] of exchanges) item.hidden = !filter.matches(x);
  summarize();
}

function tally(x, by) {
  for (const filter of filters) {
    if (!filter.matches(x)) continue;
    filter.count += by;
    filter.output.textContent = filter.count;
    if (filter.count > 0) filter.choice.hidden = false;
  }
}

// The list. The newest comes first; what is being read stays where it is.

const exchanges = new Map(); // from the item of the list to its exchange
let keep = 1000; // how many the server keeps, and the page
let gone = 0; // how many left the list
let arriving = []; // items that wait to be shown
let latest = 0; // number of a request
let unseen = 0; // items that came in above what is seen

function receive(item) {
  if (arriving.length === 0) setTimeout(show, 50);
  arriving.push(item);
  if (arriving.length > keep) {
    arriving.shift();
    gone++;
  }
}

/** Puts in what has arrived. */
function show() {
  const reading = scrollY > 0 || list.querySelector('details[open]');
  const still = reading && anchor();
  const before = still && still.getBoundingClientRect().top;
  const batch = arriving.map((make) => make());
  arriving = [];
  batch.forEach(place);
  forget();
  summarize();
  if (!still?.isConnected) return;
  scrollBy({ top: still.getBoundingClientRect().top - before, behavior: 'instant' });
  unseen = scrollY > 0 ? unseen + batch.filter((item) => !item.hidden).length : 0;
  announceNewer();
}

/** Puts an item in: requests are answered in another order than they arrive in. */
function place(item) {
  const number = exchanges.get(item)?.number ?? Infinity;
  let next = list.firstElementChild;
  while (next && exchanges.get(next)?.number > number) next = next.nextElementSibling;
  list.insertBefore(item, next);
}

/** The item that must not move: the one in use, or the first that is seen. */
function anchor() {
  const seen = (item) => item.getBoundingClientRect().bottom > 0 && item.getBoundingClientRect().top < innerHeight;
  const used = document.activeElement.closest('#requests > li');
  return used && seen(used) ? used : [...list.children].find((item) => !item.hidden && seen(item));
}

/** Drops the oldest beyond what is kept, but for those that are open. */
function forget() {
  let item = list.lastElementChild;
  while (item && list.childElementCount > keep) {
    const before = item.previousElementSibling;
    if (!item.querySelector('details[open]')) {
      if (exchanges.has(item)) {
        tally(exchanges.get(item), -1);
        exchanges.delete(item);
        gone++;
      }
      item.remove();
    }
    item = before;
  }
}

function announceNewer() {
  const button = byId('newer');
  button.hidden = unseen === 0;
  button.textContent = `↑ ${unseen} new`;
}

byId('newer').addEventListener('click', () => {
  scrollTo({ top: 0 });
  list.querySelector('li:not([hidden]) > details > summary')?.focus({ preventScroll: true });
});

addEventListener('scroll', () => {
  if (scrollY > 0) return;
  unseen = 0;
  announceNewer();
});

let telling;

function summarize() {
  byId('columns').hidden = exchanges.size === 0;
  byId('nothing').hidden = exchanges.size > 0 && chosen.count > 0;
  byId('nothing').textContent =
    exchanges.size === 0
      ? 'No request has come yet. Send one, and it appears here.'
      : `None of the ${exchanges.size} requests is shown: choose another filter.`;
  byId('gone').hidden = gone === 0;
  byId('gone').textContent = `${gone} earlier ones are no longer listed.`;
  telling ??= setTimeout(() => {
    telling = undefined;
    const [all, wrong] = filters;
    byId('count').textContent = `${count(all.count, 'request')}, ${wrong.count} with problems`;
  }, 2000);
}

list.addEventListener('keydown', (event) => {
  const from = event.target.closest('summary')?.closest('#requests > li');
  const along = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  if (!from || !along || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  let to = from[along];
  while (to && (to.hidden || !exchanges.has(to))) to = to[along];
  event.preventDefault();
  to?.querySelector('summary').focus();
});

// One exchange.

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

function exchangeItem(x) {
  const time = element('time', 'time', clock.format(new Date(x.at)));
  time.dateTime = x.at;
  const where = element('span', 'where', element('span', 'method', x.method), ' ', element('span', 'url', x.url));
  const answer = element('span', 'answer', x.status ? `${x.status} ${x.code}` : 'not answered');
  if (x.ec) answer.append(' ', element('span', 'ec', `EC ${x.ec}`));
  const badge = element('span', 'badge', x.verdict);
  badge.classList.add(x.verdict.replace(' ', '-'));
  const parts = [element('span', 'id', x.id || '–'), time, badge, where, element('span', 'scheme', x.scheme), answer];
  const details = element('details', '', element('summary', '', ...parts.flatMap((part) => [part, ' '])));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(contentOf(x));
  });
  const item = element('li', '', details);
  item.hidden = !chosen.matches(x);
  latest = Number(x.id) || latest; // what was no request stands where it came
  exchanges.set(item, { ...x, number: latest });
  tally(x, +1);
  return item;
}

const count = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;

const betweenItem = (text) => element('li', 'between', text);

function contentOf(x) {
  const content = element('div', 'content');
  const section = (title, ...parts) => content.append(element('h2', '', title), ...parts);
  if (x.notes.length > 0) section('What was found', element('ul', '', ...x.notes.map((note) => element('li', '', note))));
  for (const difference of x.differences) section(titleOf(difference), element('div', 'sides', ...difference.sides.map(sideOf)));
  if (x.stages.length > 0) section('What a server computes', ...x.stages.map(({ name, text }) => figure(name, text || '(empty)')));
  if (x.request) section('The request as it arrived', preOf('', x.request));
  const facts = [...x.facts, { name: 'operation', text: x.operation }, { name: 'arrived', text: x.at }, { name: 'took', text: x.milliseconds ? `${x.milliseconds} ms` : '' }];
  section('About it', element('dl', '', ...facts.filter(({ text }) => text).flatMap(({ name, text }) => [element('dt', '', name), element('dd', '', text)])));
  return content;
}

const titleOf = ({ stage, offset }) => (offset < 0 ? `Compared: ${stage}` : `First difference: ${stage}, byte ${offset}`);

const preOf = (kind, ...content) => element('pre', kind, ...content);

const figure = (caption, ...content) => element('figure', '', element('figcaption', '', caption), preOf('', ...content));

function marked({ before, mark, after }) {
  return mark ? [before, element('mark', '', mark), after] : [before, after];
}

function sideOf(side) {
  const made = figure(side.name, ...marked(side));
  const { offset, before, mark, after } = side.hex;
  if (mark) made.append(preOf('hex', `byte ${offset}: ${before} `, element('mark', '', mark), ` ${after}`));
  return made;
}

// The connection.

let run; // of the server
let last = ''; // the id of the last exchange

function connect() {
  const source = new EventSource(`events${last && `?after=${encodeURIComponent(last)}`}`);
  source.addEventListener('hello', ({ data }) => {
    const hello = JSON.parse(data);
    keep = hello.keep;
    byId('heading').textContent = hello.heading;
    document.title = `${hello.heading} · Countersign`;
    tell('live', 'Live: requests appear as they come.');
    if (run && run !== hello.run) receive(() => betweenItem('The server was started again.'));
    run = hello.run;
  });
  source.addEventListener('missed', ({ data }) => receive(() => betweenItem(`${count(Number(data), 'request')} that came here can no longer be had.`)));
  source.addEventListener('exchange', ({ data, lastEventId }) => {
    last = lastEventId;
    const x = JSON.parse(data);
    receive(() => exchangeItem(x));
  });
  source.addEventListener('error', () => {
    tell('lost', 'Not connected: the server has ended or cannot be reached. Trying again…');
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
    setTimeout(connect, 2000);
  });
}

function tell(state, text) {
  const connection = byId('connection');
  if (connection.className === state) return;
  connection.className = state;
  connection.textContent = text;
}

connect();
