'use strict';

// Signs given requests: headers by the functions of lib/common/signUtils, which
// the SDK's manual requires too, URLs and forms by the methods of its client.
// The client reads the clock itself. For V1 it takes an expiry in seconds from
// now, and nothing but the expiry is in the URL: the clock stands an hour before it.

const OSS = require('ali-oss');
const signUtils = require('ali-oss/lib/common/signUtils');
const { Unsupported, fromPairs } = require('../internal/node/adapter');
const { at } = require('../internal/node/clock');
const { offline } = require('../internal/node/loopback');
const { fieldsV4, signForm, urlV1, urlV4 } = require('./presign');
const { isSigned } = require('./parameters');

const signers = {
  'oss-v1/header': headerV1,
  'oss-v4/header': headerV4,
  'oss-v1/query': queryV1,
  'oss-v4/query': queryV4,
  'oss-v1/form': form,
  'oss-v4/form': form,
  'oss-rtmp/query': rtmp,
};

function sign({ scheme, carrier, input }) {
  const { product = 'oss' } = input;
  if (!['oss', 'oss-cloudbox'].includes(product)) {
    throw new Unsupported(`the SDK signs for oss and oss-cloudbox, not for ${product}`);
  }
  if (input.request.method !== input.request.method.toUpperCase()) {
    throw new Unsupported(`Node.js and the SDK write methods in capitals, not as ${input.request.method}`);
  }
  onlyOnce(input.request.headers);
  const now = scheme !== 'oss-v4' && carrier === 'query' ? hourBefore(input.expires) : Date.parse(input.time);
  return at(now, () => offline(() => signers[`${scheme}/${carrier}`](input, scheme)));
}

/** Refuses headers that come twice: Node.js keeps the last one of an object, whatever its letter case. */
function onlyOnce(headers) {
  fromPairs(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

const hour = 3600;

function hourBefore(expires) {
  if (!Number.isSafeInteger(expires)) {
    throw new Unsupported(`the SDK takes the expiry as a number, which is not exact for ${expires}`);
  }
  return (expires - hour) * 1000;
}

/** A target without scheme and host, and the host, if it has them. */
function splitTarget(target) {
  const [, host, path] = /^[a-z]+:\/\/([^/?]*)(.*)$/s.exec(target) ?? [undefined, undefined, target];
  return { host, path };
}

/** The query as the SDK takes it: decoded, with null for a bare name. */
function parametersOf({ request: { target } }, bare = null) {
  const [, query = ''] = target.split(/\?(.*)/s, 2);
  const parts = query.split('&').filter(Boolean);
  const pairs = parts.map((part) => part.split(/=(.*)/s, 2));
  return fromPairs(pairs.map(([name, value]) => [decode(name), value === undefined ? bare : decode(value)]));
}

function decode(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Unsupported(`the SDK takes parameters as text, not bytes: ${text}`);
  }
}

/** The headers of a request as the client completes them: these in small letters. */
function complete({ request, credentials }, added) {
  if (credentials.securityToken) added['x-oss-security-token'] = credentials.securityToken;
  const rest = [];
  for (const [name, value] of request.headers) {
    if (name.toLowerCase() in added) added[name.toLowerCase()] = value;
    else rest.push([name, value]);
  }
  return { ...fromPairs(rest), ...added };
}

function headerAnswer(input, headers, stages) {
  const given = Object.entries({ ...headers, Authorization: stages.authorization });
  return { stages, request: { ...input.request, headers: given } };
}

function headerV1(input) {
  const { request, bucket, key, time, credentials } = input;
  const headers = complete(input, { 'x-oss-date': new Date(time).toUTCString() });
  const parameters = parametersOf(input);
  for (const name of Object.keys(parameters)) if (!isSigned(name)) delete parameters[name];
  const resource = bucket ? `/${bucket}/${key ?? ''}` : '/';

  const stringToSign = signUtils.buildCanonicalString(request.method, resource, { headers, parameters });
  const signature = signUtils.computeSignature(credentials.accessKeySecret, stringToSign);
  const authorization = signUtils.authorization(credentials.accessKeyId, credentials.accessKeySecret, stringToSign);
  return headerAnswer(input, headers, { stringToSign, signature, authorization });
}

function headerV4(input) {
  const { request, bucket, key, region, product, time, credentials, additionalHeaders } = input;
  const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = complete(input, { 'x-oss-date': date, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' });
  const cloudBoxId = product === 'oss-cloudbox' ? region : undefined;
  const signed = { headers, queries: parametersOf(input) };

  const authorization = signUtils.authorizationV4(
    ...[credentials.accessKeyId, credentials.accessKeySecret, region, request.method, signed],
    ...[bucket, key, additionalHeaders, 'utf-8', cloudBoxId],
  );
  const names = signUtils.fixAdditionalHeaders(additionalHeaders);
  const canonicalRequest = signUtils.getCanonicalRequest(request.method, signed, bucket, key, names);
  const stringToSign = signUtils.getStringToSign(region, headers['x-oss-date'], canonicalRequest, product);
  const signature = /Signature=(.*)$/.exec(authorization)[1];
  return headerAnswer(input, headers, { canonicalRequest, stringToSign, signature, authorization });
}

/** A client for the endpoint that a request goes to. */
function client({ request, bucket, addressing, credentials, region, product }) {
  const named = request.headers.find(([name]) => name.toLowerCase() === 'host');
  const host = named?.[1] ?? splitTarget(request.target).host;
  const prefix = addressing === 'virtual-host' && bucket ? `${bucket}.` : '';
  return new OSS({
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    stsToken: credentials.securityToken,
    endpoint: `${request.transport}://${host.slice(prefix.length)}`,
    bucket,
    cname: addressing === 'cname',
    sldEnable: addressing === 'path',
    ...(region && { region }),
    ...(product === 'oss-cloudbox' && { cloudBoxId: region }),
  });
}

/** What a signed URL of a request needs, without the host that the client sets. */
function asked({ request, addressing, key, additionalHeaders }) {
  if (addressing === 'path' && /^\/[^/?]+(\?|$)/.test(splitTarget(request.target).path)) {
    throw new Unsupported('the SDK writes a slash behind the bucket');
  }
  const hostToo = additionalHeaders?.some((name) => name.toLowerCase() === 'host');
  const capitals = request.headers.some(([name, value]) => name.toLowerCase() === 'host' && /[A-Z]/.test(value));
  if (hostToo && capitals) {
    throw new Unsupported('the SDK writes the host of a URL in small letters: one in capitals cannot be signed');
  }
  const headers = fromPairs(request.headers.filter(([name]) => hostToo || name.toLowerCase() !== 'host'));
  return { method: request.method, key, headers };
}

const urlAnswer = (url, name) => ({ stages: { signature: new URL(url).searchParams.get(name) }, url });

async function queryV1(input) {
  const request = { ...asked(input), parameters: parametersOf(input), expires: hour };
  const url = urlV1(client(input), request);
  return urlAnswer(url, 'Signature');
}

async function queryV4(input) {
  const { expires, additionalHeaders } = input;
  const request = { ...asked(input), parameters: parametersOf(input), expires, additionalHeaders };
  const url = await urlV4(client(input), request);
  return urlAnswer(url, 'x-oss-signature');
}

function rtmp(input) {
  const url = client(input).getRtmpUrl(input.key, { expires: hour, params: parametersOf(input, '') });
  return urlAnswer(url, 'Signature');
}

function form(input, scheme) {
  const { key, time, policy, credentials } = input;
  const oss = client(input);
  const date = new Date(time);
  const fields = { key, ...(scheme === 'oss-v4' && fieldsV4(oss, date)) };
  if (credentials.securityToken) fields['x-oss-security-token'] = credentials.securityToken;
  const signed = signForm(oss, scheme, policy, date);
  return {
    stages: { stringToSign: signed.policy, signature: signed.Signature ?? signed['x-oss-signature'] },
    form: Object.entries({ ...fields, ...signed }),
  };
}

module.exports = { sign };
