'use strict';

// Runs an SDK in headless Chromium. The SDK's connections go through a relay
// on loopback to the port of the question in flight, whatever host the page
// wants; the relay changes no byte. Chromium's own wishes meet a name server
// that knows no name.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { pipeline } = require('node:stream');
const { Rejected, Unsupported } = require('../node/adapter');

const PAGE = 'page.test'; // the host of the page the SDK runs in
// In milliseconds. The suite waits for 30 s when an adapter starts, and for 10 s
// when it answers.
const PATIENCE = { start: 25_000, answer: 8_000 };

// Beside those of the library, which are --headless and a new --user-data-dir
// among others.
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--no-first-run',
  '--no-proxy-server',
  '--no-sandbox',
];

/**
 * Starts Chromium and opens a page with the SDK. A browser that ends by itself
 * ends this process.
 *
 * @param {import('playwright-core').BrowserType} chromium
 * @param {string[]} scripts files that the page loads, in this order: the SDK,
 *   and one that sets carryOut, a function from a question to its answer, and
 *   operations, an object with their names
 * @returns {Promise<{operations: string[], send: (question: object) => Promise<object>, close: () => Promise<void>}>}
 *   send answers questions, one at a time; the end of the process closes too
 */
async function openChromium(chromium, scripts) {
  const pages = await listen(http.createServer(emptyPage));
  const relay = new Relay(pages.address());
  const proxy = await listen(net.createServer((socket) => relay.meet(socket)));
  const browser = await chromium.launch({ executablePath: executable(), args: FLAGS, timeout: PATIENCE.start });
  const ended = () => {
    console.error('Chromium has ended');
    process.exit(1);
  };
  browser.on('disconnected', ended);
  const files = [path.join(__dirname, 'page.js'), ...scripts];
  const open = () => openPage(browser, `socks5://127.0.0.1:${proxy.address().port}`, files);

  let page = open(); // a promise
  const operations = await within(
    PATIENCE.start,
    page.then((opened) => opened.operations()),
  );
  const send = async (question) => {
    const exchange = relay.begin(question.connect);
    const asked = page ?? open();
    page = undefined;
    try {
      const outcome = await within(
        PATIENCE.answer,
        asked.then((opened) => opened.call(question)),
      );
      if (!outcome.lost) page = asked; // what may still be at work is not asked again
      return answer(outcome, exchange);
    } finally {
      if (!page) asked.then((opened) => opened.close()).catch(() => {});
      await relay.end();
    }
  };
  const close = () => browser.off('disconnected', ended).close();
  return { operations, send, close };
}

/** The program that CHROMIUM names, or the first of the usual names on PATH. */
function executable() {
  const names = process.env.CHROMIUM ? [process.env.CHROMIUM] : ['chromium', 'chromium-browser', 'google-chrome'];
  const dirs = (process.env.PATH ?? '').split(path.delimiter);
  const found = names.flatMap((name) => dirs.map((dir) => path.resolve(dir, name))).find((file) => fs.existsSync(file));
  if (!found) throw new Error(`there is no ${names.join(', ')}: set CHROMIUM to the path of Chromium`);
  return found;
}

async function listen(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.unref();
}

function emptyPage(_, response) {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('<!doctype html>\n<title>SDK</title>\n');
}

/**
 * Opens a page with the SDK. Its context has its own connections, cache and
 * proxy. The scripts do not come over the network: a page whose script could
 * not be loaded looks like one that has loaded.
 */
async function openPage(browser, server, scripts) {
  const context = await browser.newContext({ proxy: { server } });
  const page = await context.newPage();
  const failed = [];
  page.on('pageerror', (error) => failed.push(error));
  const session = await context.newCDPSession(page);
  await page.goto(`http://${PAGE}/`);
  for (const script of scripts) await page.addScriptTag({ path: script });
  if (failed.length > 0) throw failed[0];
  return {
    close: () => context.close(),
    operations: () => page.evaluate('Object.keys(operations)'),
    async call(question) {
      await session.send('Network.clearBrowserCache');
      return page.evaluate((asked) => outcomeOf(asked), question);
    },
  };
}

async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the SDK in Chromium did not answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The answer that an outcome deserves. A request that was answered gives
 * the status of the answer, and the error that the SDK made of it if it did. An
 * error of an SDK that has not even tried to connect is its refusal.
 */
function answer({ unsupported, status, thrown, result }, exchange) {
  if (unsupported) throw new Unsupported(unsupported);
  if (status) return thrown ? { status, failure: `${thrown.name}: ${thrown.message}` } : { status };
  if (thrown) throw exchange.sockets.size > 0 ? new Error(`${thrown.name}: ${thrown.message}`) : new Rejected(thrown);
  if (!result) throw new Error('the SDK reports success but nothing was answered');
  return result;
}

/** A SOCKS 5 server (RFC 1928) for the page and the question in flight. */
class Relay {
  #pages;
  #exchange;

  constructor({ address, port }) {
    this.#pages = { host: address, port };
  }

  /** From now on connections lead to this loopback host:port. */
  begin(connect) {
    const [, host, port] = /^\[?(127\.[\d.]+|::1)\]?:(\d+)$/.exec(connect) ?? [];
    if (!port) throw new Error(`connect: ${connect} is not a loopback host:port`);
    this.#exchange = { address: { host, port: Number(port) }, sockets: new Set() };
    return this.#exchange;
  }

  /** Ends all connections of the question: a later one must not use them. */
  async end() {
    const { sockets } = this.#exchange;
    this.#exchange = undefined;
    await Promise.all([...sockets].map((socket) => socket.closed || once(socket.destroy(), 'close')));
  }

  async meet(client) {
    client.on('error', () => {});
    try {
      const [, methods] = await take(client, 2);
      await take(client, methods);
      client.write(Buffer.from([5, 0])); // no authentication
      const [, , , kind] = await take(client, 4);
      const length = { 1: () => 4, 3: async () => (await take(client, 1))[0], 4: () => 16 }[kind];
      const host = (await take(client, await length())).toString();
      await take(client, 2); // the port
      const exchange = this.#exchange;
      if (host !== PAGE && !exchange) throw new Error('no question is in flight');
      const server = net.connect(host === PAGE ? this.#pages : exchange.address);
      if (host !== PAGE) exchange.sockets.add(client).add(server);
      await once(server, 'connect');
      client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])); // connected
      pipeline(client, server, client, () => {});
    } catch {
      client.destroy();
    }
  }
}

/** The next n bytes of a socket. */
async function take(socket, n) {
  for (;;) {
    const bytes = socket.read(n);
    if (bytes) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('the connection has ended');
    await once(socket, 'readable');
  }
}

module.exports = { openChromium };
