'use strict';

// URLs and forms that are signed for somebody else.

const { getCredential, getProduct } = require('ali-oss/lib/common/signUtils');
const { getStandardRegion } = require('ali-oss/lib/common/utils/getStandardRegion');
const { policy2Str } = require('ali-oss/lib/common/utils/policy2Str');
const { Unsupported, fromPairs } = require('../internal/node/adapter');
const { isSigned } = require('./parameters');

/** A signed URL for any request about a bucket or an object. */
async function presign(client, { scheme, operation }, request) {
  const headers = fromPairs(operation.headers);
  for (const [name, value] of operation.metadata ?? []) headers[`x-oss-meta-${name}`] = value;
  if (operation.copySource) {
    const [bucket, ...key] = operation.copySource.split('/');
    headers['x-oss-copy-source'] = `/${bucket}/${encodeURIComponent(key.join('/'))}`;
  }
  const parameters = {}; // null: a name without a value
  for (const text of request.parameters) parameters[text.split('=')[0]] = text.split('=')[1] ?? null;
  if (operation.uploadId) parameters.uploadId = operation.uploadId;
  if (operation.partNumber && request.method === 'PUT') parameters.partNumber = String(operation.partNumber);
  Object.assign(parameters, fromPairs(operation.query));

  const asked = {
    method: request.method,
    key: operation.name === 'DeleteObjects' ? '' : operation.key,
    headers,
    parameters,
  };
  const url = await (scheme === 'oss-v4' ? urlV4 : urlV1)(client, { ...asked, expires: operation.expires ?? 3600 });
  return { url, headers: Object.entries(headers) };
}

function urlV1(client, { method, key = '', headers, parameters, expires }) {
  const subResource = {};
  const response = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (!isSigned(name)) {
      throw new Unsupported(`signatureUrl signs every parameter it takes: ${name} is not to be signed`);
    }
    const override = /^response-([a-z-]+)$/.exec(name)?.[1];
    if (override) response[override] = value;
    else subResource[name] = value;
  }
  // Headers stand among the options: one called expires would be the expiry. These the SDK signs, and no others.
  const signed = Object.entries(headers).filter(([name]) => /^(x-oss-|content-(md5|type)$)/i.test(name));
  const options = { method, expires, subResource, response, ...Object.fromEntries(signed) };
  return client.signatureUrl(key, options, false); // a key may begin with ?
}

function urlV4(client, { method, key, headers, parameters, expires, additionalHeaders }) {
  return client.signatureUrlV4(method, expires, { headers, queries: parameters }, key, additionalHeaders);
}

/** The fields of a browser upload, put together as the SDK's manual does it. */
function form(client, { scheme, operation, credentials }) {
  const fields = { key: operation.key, ...fromPairs(operation.headers) };
  for (const [name, value] of operation.metadata ?? []) fields[`x-oss-meta-${name}`] = value;
  if (credentials.securityToken) fields['x-oss-security-token'] = credentials.securityToken;
  const date = new Date();
  if (scheme === 'oss-v4') Object.assign(fields, fieldsV4(client, date));

  const policy = {
    expiration: new Date(date.getTime() + (operation.expires ?? 3600) * 1000).toISOString(),
    conditions: [{ bucket: operation.bucket }, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
  };
  for (const [name, value] of operation.query ?? []) policy.conditions.push([name, ...value.split(',').map(Number)]);
  return { form: Object.entries({ ...fields, ...signForm(client, scheme, policy, date) }) };
}

function fieldsV4({ options }, date) {
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    'x-oss-date': time,
    'x-oss-credential': getCredential(
      ...[time.split('T')[0], options.cloudBoxId ?? getStandardRegion(options.region), options.accessKeyId],
      getProduct(options.cloudBoxId),
    ),
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
  };
}

/** The policy and its signature as fields. */
function signForm(client, scheme, policy, date) {
  if (scheme !== 'oss-v4') return client.calculatePostSignature(policy);
  return {
    policy: Buffer.from(policy2Str(policy), 'utf8').toString('base64'),
    'x-oss-signature': client.signPostObjectPolicyV4(policy, date),
  };
}

module.exports = { fieldsV4, form, presign, signForm, urlV1, urlV4 };
