'use strict';

// The adapter's side of the protocol (subject/schema/protocol.schema.json):
// questions come as lines of standard input, each is answered by one line of
// standard output, one after the other; where hello allows it, answers to
// questions that came together are written together. Nothing that an SDK
// throws, on the stack or later, ends the adapter.

let fail = () => {}; // ends the innermost attempt
let hold = false; // answers may be held back

/**
 * Does what may throw out of reach of its caller: from a listener, a timer or
 * a promise that nobody awaits.
 */
function attempt(call) {
  const outer = fail;
  return new Promise((resolve, reject) => {
    fail = reject;
    (async () => call())().then(resolve, reject);
  }).finally(() => {
    fail = outer;
  });
}

/** The SDK's public API does not offer what is asked. It is an answer, and not worth a stack: fuzzing gets many. */
class Unsupported extends Error {
  constructor(message) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** The SDK refused the input. */
class Rejected extends Error {
  constructor(cause) {
    super(String(cause?.message ?? cause), { cause });
    this.class = String(cause?.name ?? typeof cause);
  }
}

/**
 * Answers questions until the input ends.
 *
 * @param {{identity: object, schemes: string[], operations?: string[], features?: string[],
 *   sign?: (question: object) => unknown, send?: (question: object) => unknown}} adapter
 *   sign and send answer a question, or throw Unsupported or Rejected.
 */
async function serve(adapter) {
  // Standard output belongs to the protocol: what an SDK logs goes elsewhere.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);

  process.on('uncaughtException', (error) => {
    console.error(error);
    fail(error);
  });
  let held = ''; // until the adapter has to wait for anything: the next question, a connection, a timer
  const flush = () => {
    if (held) write(held);
    held = '';
  };
  process.on('exit', flush);
  for await (const line of lines(process.stdin)) {
    const answered = await answer(adapter, line);
    if (!held) setImmediate(flush);
    held += `${JSON.stringify(answered)}\n`;
    if (!hold) flush();
  }
  process.exit(0); // whatever an SDK leaves running
}

/** The lines of a stream, cut at line feeds only. */
async function* lines(stream) {
  let rest = [];
  for await (let chunk of stream) {
    for (let end; (end = chunk.indexOf(0x0a)) >= 0; chunk = chunk.subarray(end + 1)) {
      yield Buffer.concat([...rest, chunk.subarray(0, end)]).toString();
      rest = [];
    }
    rest.push(chunk);
  }
}

async function answer(adapter, line) {
  let id;
  try {
    const question = JSON.parse(line);
    id = question.id;
    if (question.type === 'hello') {
      hold = question.hold === true;
      const { identity, schemes, operations, features } = adapter;
      return { type: 'hello', protocol: 1, adapter: identity, schemes, operations, features };
    }
    if (!['sign', 'send'].includes(question.type)) throw new Error(`no such question: ${question.type}`);
    if (!adapter[question.type]) throw new Unsupported(`the SDK does not ${question.type}`);
    const profile = `${question.scheme}/${question.carrier}`;
    if (!adapter.schemes.includes(profile)) throw new Unsupported(`the SDK does not offer ${profile}`);
    if (line.includes('"hex"')) onlyText(question);
    return { id, ...(await attempt(() => adapter[question.type](question))) };
  } catch (error) {
    const message = String(error?.message ?? error);
    if (error instanceof Unsupported) return { id, unsupported: message };
    if (error instanceof Rejected) return { id, rejected: { class: error.class, message } };
    return { id, error: { message } };
  }
}

/** Refuses byte strings that are no text, but for bodies: strings of JavaScript are Unicode. */
function onlyText(value) {
  if (value?.hex !== undefined) throw new Unsupported('the SDK takes text, not bytes');
  if (typeof value !== 'object') return;
  for (const [name, inner] of Object.entries(value ?? {})) if (name !== 'body') onlyText(inner);
}

/** A body as bytes. */
function bytes(body = '') {
  return body.hex === undefined ? Buffer.from(body) : Buffer.from(body.hex, 'hex');
}

/**
 * The pairs of a question as an object, for an SDK that keeps headers or
 * parameters so.
 */
function fromPairs(pairs = []) {
  const seen = new Set();
  for (const [name] of pairs) {
    if (seen.has(name)) throw new Unsupported(`the SDK keeps names in an object: ${name} cannot be repeated`);
    seen.add(name);
  }
  return Object.fromEntries(pairs);
}

module.exports = { Rejected, Unsupported, attempt, bytes, fromPairs, serve };
