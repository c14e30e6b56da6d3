'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const http = require('node:http');
const { test } = require('node:test');
const { bytes, fromPairs, serve, Unsupported } = require('./adapter');
const { at } = require('./clock');
const { exchange, offline } = require('./loopback');

const get = (url) =>
  new Promise((resolve, reject) => {
    http.get(url, { agent: new http.Agent() }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });

const sdk = {
  answers: (to) => exchange(to, () => get('http://bucket.example.com/key')),
  'fetches with its own client': (to) => exchange(to, () => fetch('http://bucket.example.com/key')),
  'throws after the answer': (to) =>
    exchange(to, async () => {
      await get('http://bucket.example.com/key');
      throw new Error('no XML');
    }),
  'throws before it connects': (to) => exchange(to, () => Promise.reject(new TypeError('bad key'))),
  'throws out of reach': (to) => exchange(to, () => new Promise(() => setTimeout(() => assert.fail('late'), 1))),
  'sends nothing': (to) => exchange(to, () => {}),
  'offers nothing': (to) => exchange(to, () => assert.fail(new Unsupported('no such call'))),
  'throws offline': () => offline(() => assert.fail(new TypeError('bad key'))),
  'connects offline': () => offline(() => get('http://bucket.example.com/key')),
  'prints to standard output': () => (console.log('chatty'), { status: 200 }),
};

if (process.argv[2] === 'serve') {
  serve({
    identity: { name: 'test', version: '1' },
    schemes: ['oss-v1/header'],
    send: ({ id, connect }) => sdk[id](connect),
  });
} else {
  test('each question gets the answer that the SDK deserves', async () => {
    const hosts = [];
    const server = http.createServer((request, response) => {
      hosts.push(request.headers.host);
      response.writeHead(404).end('<Error/>');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connect = `127.0.0.1:${server.address().port}`;
    const declared = { scheme: 'oss-v1', carrier: 'header' };
    const questions = [
      '{"type":"hello","protocol":1}',
      ...Object.keys(sdk).map((id) => JSON.stringify({ ...declared, type: 'send', id, connect })),
      '{"type":"send","id":"answers","scheme":"oss-v1","carrier":"header","connect":"192.0.2.1:80"}',
      '{"type":"send","id":"answers","scheme":"oss-v1","carrier":"query"}',
      '{"type":"sign","id":"sign"}',
      '{"type":"send","id":"prints to standard output","scheme":"oss-v1","carrier":"header","operation":{"body":{"hex":"ff"},"key":null}}',
      '{"type":"send","id":"prints to standard output","scheme":"oss-v1","carrier":"header","operation":{"headers":[["a",{"hex":"ff"}]]}}',
      'no JSON',
    ];
    const child = spawn(process.execPath, [__filename, 'serve'], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.end(questions.join('\n') + '\n');
    let output = '';
    for await (const chunk of child.stdout) output += chunk;
    server.close();

    const refused = { class: 'TypeError', message: 'bad key' };
    const kinds = output.trimEnd().split('\n').map(JSON.parse);
    assert.deepStrictEqual(
      kinds.map(({ id, error, ...answer }) => (error ? 'error' : answer)),
      [
        { type: 'hello', protocol: 1, adapter: { name: 'test', version: '1' }, schemes: ['oss-v1/header'] },
        { status: 404 },
        { status: 404 },
        { status: 404, failure: 'Error: no XML' },
        { rejected: refused },
        { rejected: { class: 'AssertionError', message: 'late' } },
        'error',
        { unsupported: 'no such call' },
        { rejected: refused },
        { rejected: { class: 'Error', message: 'connects outside of an exchange' } },
        { status: 200 },
        'error',
        { unsupported: 'the SDK does not offer oss-v1/query' },
        { unsupported: 'the SDK does not sign' },
        { status: 200 },
        { unsupported: 'the SDK takes text, not bytes' },
        'error',
      ],
    );
    assert.deepStrictEqual(hosts, Array(3).fill('bucket.example.com'));
  });

  test('no answer is lost at the end, whether or not hello lets them be held back', async () => {
    for (const hold of [undefined, true]) {
      const ids = Array.from({ length: 50 }, (_, i) => `q${i}`);
      const child = spawn(process.execPath, [__filename, 'serve'], { stdio: ['pipe', 'pipe', 'ignore'] });
      const lines = [{ type: 'hello', protocol: 1, hold }, ...ids.map((id) => ({ type: 'sign', id }))];
      child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      let output = '';
      for await (const chunk of child.stdout) output += chunk;
      const [, ...answers] = output.trimEnd().split('\n').map(JSON.parse);
      assert.deepStrictEqual(answers.map(({ id }) => id), ids); // prettier-ignore
    }
  });

  test('names cannot be repeated in an object', () => {
    assert.deepStrictEqual(fromPairs([['a', '1'], ['A', '2']]), { a: '1', A: '2' }); // prettier-ignore
    assert.throws(() => fromPairs([['a', '1'], ['a', '2']]), Unsupported); // prettier-ignore
  });

  test('a body is text or bytes', () => {
    const bodies = [bytes(), bytes('\u00e9'), bytes({ hex: 'ff' })];
    assert.deepStrictEqual(
      bodies.map((body) => body.toString('hex')),
      ['', 'c3a9', 'ff'],
    );
  });

  test('the clock stands while a call is carried out', async () => {
    assert.deepStrictEqual(
      await at(1000, () => [Date.now(), new Date().getTime(), new Date(5).getTime()]),
      [1000, 1000, 5],
    );
    assert.ok(Date.now() > 1000);
  });
}
