'use strict';

// An adapter that signs OSS V4 headers by hand, as a small SDK would: what it
// costs to be asked is the harness, not the SDK.

const { createHash, createHmac } = require('node:crypto');
const { Unsupported, serve } = require('../../../adapters/internal/node/adapter');

const marks = /[!'()*]/g;
const quote = (text) => encodeURIComponent(text).replace(marks, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function plain(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Unsupported(`no text: ${text}`);
  }
}

function sign({ input }) {
  const { request, bucket, key, region, product = 'oss', time, credentials, additionalHeaders = [] } = input;
  const stamp = time.replace(/[-:]|\.\d+/g, '');
  const headers = new Map();
  for (const [name, value] of request.headers) {
    const small = name.toLowerCase();
    if (headers.has(small)) throw new Unsupported(`one value a header, not several of ${small}`);
    headers.set(small, value);
  }
  headers.set('x-oss-date', stamp);
  headers.set('x-oss-content-sha256', 'UNSIGNED-PAYLOAD');
  if (credentials.securityToken) headers.set('x-oss-security-token', credentials.securityToken);

  const always = (name) => name.startsWith('x-oss-') || name === 'content-type' || name === 'content-md5';
  const extra = [...new Set(additionalHeaders.map((name) => name.toLowerCase()))].filter((name) => headers.has(name) && !always(name)).sort();
  const signed = [...headers.keys()].filter((name) => always(name) || extra.includes(name)).sort();
  const block = signed.map((name) => `${name}:${headers.get(name).replace(/^[ \t]+|[ \t]+$/g, '')}\n`).join('');

  const [, query = ''] = request.target.split(/\?(.*)/s, 2);
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair) => pair.split(/=(.*)/s, 2).map((part) => part && quote(plain(part))));
  pairs.sort(([a], [b]) => byBytes(a, b));
  const parameters = pairs.map(([name, value]) => (value ? `${name}=${value}` : name)).join('&');
  const path = `/${bucket ? `${bucket}/${key ?? ''}` : ''}`.split('/').map(quote).join('/');

  const canonicalRequest = [request.method, path, parameters, block, extra.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = [stamp.slice(0, 8), region, product, 'aliyun_v4_request'].join('/');
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  const stringToSign = ['OSS4-HMAC-SHA256', stamp, scope, hash].join('\n');
  let hmacKey = `aliyun_v4${credentials.accessKeySecret}`;
  for (const part of scope.split('/')) hmacKey = createHmac('sha256', hmacKey).update(part).digest();
  const signature = createHmac('sha256', hmacKey).update(stringToSign).digest('hex');
  const list = extra.length ? `AdditionalHeaders=${extra.join(';')},` : '';
  headers.set('authorization', `OSS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope},${list}Signature=${signature}`);
  return { stages: { canonicalRequest, stringToSign, signature }, request: { ...request, headers: [...headers] } };
}

serve({ identity: { name: 'by-hand', version: '1', language: 'javascript' }, schemes: ['oss-v4/header'], features: ['sign', 'clock'], sign });
