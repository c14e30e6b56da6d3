'use strict';

// Lets countersign drive esdk-obs-nodejs, the Node.js SDK of Huawei Cloud OBS:
// by its operations, its signed URLs and its forms.
//
// Without is_signature_negotiation: false the SDK asks each bucket first, by an
// unsigned HEAD /?apiversion, and signs in the OBS scheme if the answer has an
// x-obs-api of 3.0 or more, in the AWS V2 scheme if not, whatever scheme its
// user has asked for.

const ObsClient = require('esdk-obs-nodejs');
const { version } = require('esdk-obs-nodejs/package.json');
const { Unsupported, serve } = require('../internal/node/adapter');
const { exchange, offline } = require('../internal/node/loopback');
const { operations } = require('./operations');
const { form, presign } = require('./presign');
const { schemes } = require('./schemes');

serve({
  identity: {
    name: 'esdk-obs-nodejs',
    version,
    language: 'javascript',
    url: 'https://github.com/huaweicloud/huaweicloud-sdk-nodejs-obs',
  },
  schemes: Object.keys(schemes).flatMap((scheme) => [`${scheme}/header`, `${scheme}/query`, `${scheme}/form`]),
  operations: [...Object.keys(operations), 'PostObject'],
  features: ['bytes'],
  send,
});

function send(question) {
  const { scheme, carrier, connect, operation } = question;
  const known = operations[operation.name];
  if (carrier === 'form' && operation.name === 'PostObject') {
    return offline(async () => form(await client(question), schemes[scheme], question));
  }
  if (carrier === 'query' && known) {
    return offline(async () => presign(await client(question), schemes[scheme], known, operation));
  }
  if (carrier === 'header' && known) {
    return exchange(connect, async () => known.send(await client(question), schemes[scheme], operation));
  }
  throw new Unsupported(`the SDK offers no ${operation.name} by ${carrier}`);
}

async function client({ scheme, endpoint, credentials, addressing, region }) {
  const obs = new ObsClient({
    access_key_id: credentials.accessKeyId,
    secret_access_key: credentials.accessKeySecret,
    security_token: credentials.securityToken,
    server: endpoint,
    region,
    signature: schemes[scheme].signature,
    is_signature_negotiation: false,
    path_style: addressing === 'path',
    is_cname: addressing === 'cname',
    max_retry_count: 0,
    timeout: 5,
  });
  await new Promise(setImmediate); // the constructor does not wait for its own setup: a client used at once throws
  return obs;
}
