'use strict';

// Signs given requests with the SDK's public signer, which is given the time,
// set up as the S3 client sets it up: a path is not encoded twice.

const { S3Client } = require('@aws-sdk/client-s3');
const { formatUrl } = require('@aws-sdk/core/util');
const { ALGORITHM_IDENTIFIER, SignatureV4, createScope } = require('@smithy/signature-v4');
const { Unsupported, bytes, fromPairs } = require('../internal/node/adapter');
const { offline } = require('../internal/node/loopback');

const { sha256 } = new S3Client({ region: 'any' }).config;

function sign({ carrier, input }) {
  const signer = new SignatureV4({
    service: input.product ?? 's3',
    region: input.region,
    uriEscapePath: false,
    applyChecksum: true,
    sha256,
    credentials: {
      accessKeyId: input.credentials.accessKeyId,
      secretAccessKey: input.credentials.accessKeySecret,
      sessionToken: input.credentials.securityToken,
    },
  });
  const options = { signingDate: new Date(input.time) };
  if (input.additionalHeaders) {
    options.signableHeaders = new Set(input.additionalHeaders.map((name) => name.toLowerCase()));
  }
  return offline(() => signers[carrier](signer, input, options));
}

const signers = { header, query, form };

async function header(signer, input, options) {
  const { headers } = await signer.sign(requestOf(input), options);
  const { authorization } = headers;
  return {
    stages: { authorization, signature: /Signature=(.*)$/.exec(authorization)[1] },
    request: { ...input.request, headers: Object.entries(headers) },
  };
}

async function query(signer, input, options) {
  const request = requestOf(input);
  request.headers['X-Amz-Content-Sha256'] ??= 'UNSIGNED-PAYLOAD'; // as the presigner for S3 does
  const signed = await signer.presign(request, { ...options, expiresIn: input.expires });
  return { stages: { signature: signed.query['X-Amz-Signature'] }, url: formatUrl(signed) };
}

async function form(signer, input, options) {
  const { policy, key, region, product = 's3', time, credentials } = input;
  const date = time.replace(/[-:]|\.\d+/g, '');
  const token = credentials.securityToken && { 'x-amz-security-token': credentials.securityToken };
  const encoded = Buffer.from(policy).toString('base64');
  const signature = await signer.sign(encoded, options);
  const fields = {
    key,
    ...token,
    policy: encoded,
    'x-amz-algorithm': ALGORITHM_IDENTIFIER,
    'x-amz-credential': `${credentials.accessKeyId}/${createScope(date.split('T')[0], region, product)}`,
    'x-amz-date': date,
    'x-amz-signature': signature,
  };
  return { stages: { stringToSign: encoded, signature }, form: Object.entries(fields) };
}

/** The request as the SDK has it: query decoded, names with all their values. */
function requestOf({ request }) {
  const headers = fromPairs(request.headers);
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (names.size < request.headers.length) throw new Unsupported('the SDK has each header once');
  const host = new URL(`${request.transport}://${headers.Host ?? headers.host}`);
  const [path, search = ''] = request.target.split(/\?(.*)/s, 2);
  const parameters = {};
  for (const part of search.split('&').filter(Boolean)) {
    const [name, value = ''] = part.split(/=(.*)/s, 2).map(decode);
    parameters[name] = name in parameters ? [].concat(parameters[name], value) : value;
  }
  return {
    method: request.method,
    protocol: host.protocol,
    hostname: host.hostname,
    port: host.port ? Number(host.port) : undefined,
    path,
    query: parameters,
    headers,
    body: bytes(request.body),
  };
}

function decode(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Unsupported(`the SDK takes parameters as text, not bytes: ${text}`);
  }
}

module.exports = { sign };
