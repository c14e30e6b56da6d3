'use strict';

// Needs Chromium, and the packages of adapters/ali-oss-browser.

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Rejected, Unsupported } = require('../node/adapter');
const { openChromium } = require('./chromium');

/** Runs in the page: an SDK that does what the name of the operation says. */
function sdk() {
  const request = (method, headers = {}) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open(method, 'http://bucket.example.com:8080/a/../key');
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      xhr.onload = resolve;
      xhr.onerror = () => reject(new Error('XHR error'));
      xhr.send();
    });
  const operations = {
    answers: () => request('PUT', { Authorization: 'OSS id:signature' }),
    'throws after the answer': () => request('GET').then(() => JSON.parse('no JSON')),
    'throws before it connects': () => request('GET', { title: '\u4e2d' }),
    'throws out of reach': () => new Promise(() => setTimeout(() => JSON.parse('no JSON'))),
    'sends nothing': () => {},
    'offers nothing': () => Promise.reject(new Unsupported('no such call')),
    'makes a URL': () => ({ url: 'http://bucket.example.com/key' }),
    'has bytes': ({ metadata }) => ({ url: record(metadata, 'metadata').author }),
  };
  return { operations, carryOut: (question) => operations[question.operation.name](question.operation) };
}

test('Chromium does what the SDK asks for, and each question gets the answer that it deserves', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-'));
  const script = path.join(dir, 'sdk.js');
  fs.writeFileSync(script, `const { operations, carryOut } = (${sdk})();`);
  const arrived = [];
  const server = http.createServer((request, response) => {
    arrived.push(`${request.method} http://${request.headers.host}${request.url}`);
    const allowed = request.headers['access-control-request-headers'];
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Methods', '*');
    if (allowed) response.setHeader('Access-Control-Allow-Headers', allowed);
    response.writeHead(request.method === 'OPTIONS' ? 200 : 404).end('<Error/>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connect = `127.0.0.1:${server.address().port}`;
  const { chromium } = createRequire(require.resolve('../../ali-oss-browser/package.json'))('playwright-core');
  const { operations, send, close } = await openChromium(chromium, [script]);
  t.after(async () => {
    await close();
    server.close();
    fs.rmSync(dir, { recursive: true });
  });

  const ask = (name, more) => send({ connect, operation: { name, ...more } });
  assert.ok(operations.includes('answers'));
  assert.deepStrictEqual(await ask('answers'), { status: 404 });
  assert.deepStrictEqual(arrived.splice(0), [
    'OPTIONS http://bucket.example.com:8080/key',
    'PUT http://bucket.example.com:8080/key',
  ]);
  const failed = await ask('throws after the answer');
  assert.strictEqual(failed.status, 404);
  assert.match(failed.failure, /^SyntaxError: /);
  await assert.rejects(
    ask('throws before it connects'),
    (error) => error instanceof Rejected && error.class === 'TypeError',
  );
  await assert.rejects(
    ask('throws out of reach'),
    (error) => error instanceof Rejected && error.class === 'SyntaxError',
  );
  await assert.rejects(ask('sends nothing'), /nothing was answered/);
  await assert.rejects(ask('offers nothing'), (error) => error instanceof Unsupported);
  assert.deepStrictEqual(await ask('makes a URL'), { url: 'http://bucket.example.com/key' });
  assert.deepStrictEqual(await ask('has bytes', { metadata: [['author', { hex: '4a6f73e9' }]] }), { url: 'Jos\u00e9' });
  await assert.rejects(ask('makes a URL', { key: { hex: 'ff' } }), (error) => error instanceof Unsupported);
  await assert.rejects(send({ connect: '192.0.2.1:80', operation: { name: 'answers' } }), /not a loopback/);

  server.closeAllConnections();
  await assert.rejects(send({ connect: '127.0.0.1:1', operation: { name: 'answers' } }), /XHR error/);
  assert.deepStrictEqual(await ask('answers'), { status: 404 });
});
