'use strict';

// Asks why a request was refused, and shows the answer. All that comes back is
// put in as text, never as HTML.

const byId = (id) => document.getElementById(id);

/** An element with a class and what is in it: elements and texts. */
function element(name, kind, ...content) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...content);
  return made;
}

const list = (texts) => element('ul', '', ...texts.map((text) => element('li', '', text)));

// Who answers: the program inside this page, or the one that serves it.

/** The diagnosis in a worker, so that the page stays usable while it searches. */
function inside() {
  const start = `
    onmessage = async ({ data }) => {
      if (typeof data === 'string') return postMessage(countersignAnswer(data));
      self.countersignReady = () => postMessage(null);
      const go = new Go();
      const bytes = await new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
      go.run((await WebAssembly.instantiate(bytes, go.importObject)).instance);
    };`;
  const worker = once(async () => {
    const address = URL.createObjectURL(new Blob([byId('runtime').textContent, start], { type: 'text/javascript' }));
    const trusted = globalThis.trustedTypes?.createPolicy('worker', { createScriptURL: (own) => own });
    const made = new Worker(trusted ? trusted.createScriptURL(address) : address);
    await said(made, Uint8Array.from(atob(byId('program').textContent), (c) => c.charCodeAt(0)));
    URL.revokeObjectURL(address);
    return made;
  });
  return { ready: worker, answer: async (question) => said(await worker(), question) };
}

/** What a worker says to a message. */
function said(worker, message) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || 'the diagnosis does not start in this browser'));
    worker.postMessage(message);
  });
}

/** f, called at most once. */
function once(f) {
  let made;
  return () => (made ??= f());
}

/** The program that serves the page. */
const served = {
  ready: async () => {},
  answer: async (question) => {
    const response = await fetch('answer', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: question });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  },
};

const alone = byId('program') !== null;
const program = alone ? inside() : served;
byId('privacy').textContent = alone
  ? 'Everything stays in this page: it makes no network request, and can make none.'
  : `Everything stays on this machine: what answers is the program that serves this page, at ${location.host}.`;

// Files.

let files = [];

function addFiles(more) {
  files.push(...more);
  showFiles();
}

function showFiles() {
  byId('chosen').replaceChildren(
    ...files.map((file) => {
      const remove = element('button', '', '×');
      remove.type = 'button';
      remove.setAttribute('aria-label', `Remove ${file.name}`);
      remove.addEventListener('click', () => {
        files = files.filter((other) => other !== file);
        showFiles();
        byId('files').focus();
      });
      return element('li', '', file.name, ' ', remove);
    }),
  );
}

byId('files').addEventListener('change', ({ target }) => {
  addFiles(target.files);
  target.value = ''; // the same file may be added again
});

for (const [event, over] of Object.entries({ dragenter: true, dragover: true, dragleave: false, drop: false })) {
  addEventListener(event, (dragged) => {
    if (!dragged.dataTransfer?.types.includes('Files')) return;
    dragged.preventDefault();
    document.body.classList.toggle('over', over);
    if (event === 'drop') addFiles(dragged.dataTransfer.files);
  });
}

/** The bytes of a file in Base64. */
async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const parts = [];
  for (let i = 0; i < bytes.length; i += 0x6000) parts.push(btoa(String.fromCharCode(...bytes.subarray(i, i + 0x6000)))); // of a length that three divides
  return parts.join('');
}

// Asking.

const largest = 64 << 20; // of a file, as the program has it

async function ask() {
  if (!byId('text').value.trim() && files.length === 0) {
    tell('There is nothing yet: paste something, or add a file.', true);
    byId('text').focus();
    return;
  }
  const long = files.find(({ size }) => size > largest);
  if (long) return tell(`${long.name} is over 64 MiB: give the part about the refused request.`, true);
  byId('ask').disabled = true;
  tell('Searching for what was signed…');
  try {
    const parts = await Promise.all(files.map(async (file) => ({ name: file.name, data: await base64Of(file) })));
    const typed = Object.fromEntries(['id', 'secret', 'bucket'].map((name) => [name, byId(name).value.trim()]));
    const question = { text: byId('text').value, files: parts, ...typed, secret: byId('secret').value, redact: byId('redact').checked };
    const answer = JSON.parse(await program.answer(JSON.stringify(question)));
    if (answer.error) throw new Error(answer.error);
    tell('');
    show(answer);
  } catch (error) {
    byId('answer').hidden = true;
    tell(error.message, true);
  } finally {
    byId('ask').disabled = false;
  }
}

function tell(text, trouble = false) {
  byId('state').textContent = text;
  byId('state').className = trouble ? 'trouble' : '';
}

byId('evidence').addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});

byId('evidence').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  ask();
});

byId('clear').addEventListener('click', () => {
  byId('evidence').reset();
  files = [];
  showFiles();
  tell('');
  byId('answer').hidden = true;
  byId('text').focus();
});

byId('example').addEventListener('click', async () => {
  byId('text').value = alone ? byId('example-text').textContent : await (await fetch('example.txt')).text();
  files = [];
  showFiles();
  byId('id').value = 'exampleid';
  byId('secret').value = 'examplesecret';
  byId('bucket').value = '';
  byId('more').open = true;
  ask();
});

// The answer.

function show(answer) {
  const shown = byId('answer');
  const heading = element('h2', '', answer.heading);
  shown.replaceChildren(heading);
  if (answer.subject) shown.append(element('p', 'subject', answer.subject));
  shown.append(...answer.causes.map(causeOf));
  const section = (title, ...parts) => shown.append(element('h2', '', title), ...parts);
  const texts = (title, all) => all.length > 0 && section(title, list(all));
  if (answer.contradictions.length > 0) shown.append(element('div', 'contradictions', element('h2', '', 'The evidence contradicts itself'), list(answer.contradictions)));
  if (answer.compared) section(titleOf(answer.compared), element('div', 'sides', ...answer.compared.sides.map(sideOf)));
  for (const { causes, mistakes } of answer.readings) texts(`What explains the signature (${causes})`, mistakes);
  if (answer.leftOut) section('Not tried', element('p', '', answer.leftOut));
  texts('This would help', answer.wouldHelp);
  if (answer.document.length > 0) {
    section('The error body', element('dl', '', ...answer.document.flatMap(([name, text]) => [element('dt', '', name), element('dd', '', text)])));
  }
  texts('What was read', answer.found);
  texts('Not used', answer.unused);
  const report = element('pre', '', JSON.stringify(answer.report, null, 2).replace(/[^\n -~]/g, escaped));
  shown.append(element('details', '', element('summary', '', 'The same as JSON'), report));
  shown.hidden = false;
  shown.focus({ preventScroll: true });
  heading.scrollIntoView({ block: 'start' });
}

/** A UTF-16 unit as JSON escapes it. */
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function causeOf(cause) {
  const facts = element('dl');
  const fact = (name, text, kind) => text && facts.append(element('dt', '', name), element('dd', kind, text));
  fact('because', cause.because);
  fact('changed by', cause.changedBy);
  fact('fix', cause.fix, 'fix');
  const title = element('h3', '', element('span', 'badge', cause.proven ? 'proven' : 'suspected'), ' ', cause.name, ' ', element('span', 'number', cause.id));
  return element('article', cause.proven ? 'cause proven' : 'cause', title, facts);
}

function titleOf({ at, field }) {
  if (at < 0) return 'Both have the same string';
  return `The strings differ from byte ${at} on${field ? ` (${field})` : ''}`;
}

function sideOf({ name, before, mark, after, hex }) {
  const made = element('figure', '', element('figcaption', '', name), element('pre', '', before, ...(mark ? [element('mark', '', mark)] : []), after));
  if (mark) made.append(element('pre', 'hex', `byte ${hex.offset + (hex.before ? hex.before.split(' ').length : 0)}: ${hex.before} `, element('mark', '', hex.mark), ` ${hex.after}`));
  return made;
}

// The program inside starts while the evidence is being typed.
program.ready().catch((error) => tell(`The diagnosis does not start in this browser: ${error.message}`, true));
