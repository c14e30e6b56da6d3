'use strict';

// Lets countersign drive ali-oss, the Node.js SDK of Alibaba Cloud OSS: by its
// operations, by its signed URLs and forms, and by its signing functions.

const http = require('node:http');
const OSS = require('ali-oss');
const { version } = require('ali-oss/package.json');
const { Unsupported, serve } = require('../internal/node/adapter');
const { exchange, offline } = require('../internal/node/loopback');
const { operations } = require('./operations');
const { form, presign } = require('./presign');
const { sign } = require('./sign');

serve({
  identity: { name: 'ali-oss', version, language: 'javascript', url: 'https://github.com/ali-sdk/ali-oss' },
  schemes: [
    ...['oss-v1/header', 'oss-v1/query', 'oss-v1/form'],
    ...['oss-v4/header', 'oss-v4/query', 'oss-v4/form'],
    'oss-rtmp/query',
  ],
  operations: [...Object.keys(operations), 'PostObject'],
  features: ['sign', 'clock', 'bytes'],
  sign,
  send,
});

function send(question) {
  const { carrier, connect, operation } = question;
  const known = operations[operation.name];
  if (carrier === 'form' && operation.name === 'PostObject') {
    return offline(() => form(client(question), question));
  }
  if (carrier === 'query' && known?.request) {
    return offline(() => presign(client(question), question, known.request));
  }
  if (carrier === 'header' && known?.send) {
    return exchange(connect, () => known.send(client(question), operation));
  }
  throw new Unsupported(`the SDK offers no ${operation.name} by ${carrier}`);
}

function client({ scheme, endpoint, operation, credentials, addressing, region }) {
  return new OSS({
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    stsToken: credentials.securityToken,
    endpoint,
    region: `oss-${region ?? 'cn-hangzhou'}`, // as the SDK names regions
    bucket: operation.bucket,
    cname: addressing === 'cname',
    sldEnable: addressing === 'path',
    authorizationV4: scheme === 'oss-v4',
    timeout: 5000,
    agent: new http.Agent(), // the SDK's own one keeps connections for the next client
  });
}
