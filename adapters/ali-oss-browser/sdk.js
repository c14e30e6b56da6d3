'use strict';

// Runs in the page: what the SDK is asked for each question.

/* global OSS, Unsupported, bytesOf, record */

/** The options that most methods take: what they do not know, they ignore. */
function options({ headers, metadata, query }) {
  return {
    headers: record(headers, 'headers'),
    ...(metadata?.length && { meta: record(metadata, 'metadata') }),
    ...(query?.length && { subres: record(query, 'parameters') }), // in the URL, and signed by V1
  };
}

/** Options for a method that has no place for further parameters. */
function noParameters(op) {
  if (op.query?.length) throw new Unsupported(`the method takes no parameters: ${op.query[0][0]}`);
  return options(op);
}

/** Takes a header that is an argument of its own. */
function take({ headers }, name) {
  const given = Object.keys(headers).find((header) => header.toLowerCase() === name);
  const value = headers[given];
  delete headers[given];
  return value;
}

const body = (op) => new Blob([bytesOf(op.body)]);

/** Bucket and key of what is copied. */
const source = ({ copySource }) => /^([^/]*)\/(.*)$/s.exec(copySource).slice(1);

const list = (method) => (client, op) =>
  client[method](record(op.query, 'parameters'), { headers: record(op.headers, 'headers') });
const onBucket = (method) => (client, op) => client[method](op.bucket, noParameters(op));
const onKey = (method) => (client, op) => client[method](op.key, options(op));

function append(client, op) {
  const { position, ...others } = record(op.query, 'parameters');
  return client.append(op.key, body(op), { ...noParameters({ ...op, query: Object.entries(others) }), position });
}

function copy(client, op) {
  const [bucket, key] = source(op);
  return client.copy(op.key, key, bucket, noParameters(op));
}

function putACL(client, op) {
  const given = options(op);
  return client.putACL(op.key, take(given, 'x-oss-object-acl'), given);
}

function putSymlink(client, op) {
  const given = options(op);
  return client.putSymlink(op.key, take(given, 'x-oss-symlink-target'), given);
}

function uploadPart(client, op) {
  const file = body(op);
  return client.uploadPart(op.key, op.uploadId, op.partNumber, file, 0, file.size, noParameters(op));
}

function uploadPartCopy(client, op) {
  const given = noParameters(op);
  const [sourceBucketName, sourceKey] = source(op);
  const range = take(given, 'x-oss-copy-source-range')?.replace(/^bytes=/, '');
  return client.uploadPartCopy(op.key, op.uploadId, op.partNumber, range, { sourceBucketName, sourceKey }, given);
}

function listParts(client, op) {
  return client.listParts(op.key, op.uploadId, record(op.query, 'parameters'), {
    headers: record(op.headers, 'headers'),
  });
}

function completeMultipartUpload(client, op) {
  const parts = [{ number: op.partNumber, etag: '"D41D8CD98F00B204E9800998ECF8427E"' }];
  return client.completeMultipartUpload(op.key, op.uploadId, parts, noParameters(op));
}

/** A method, and for the signers of URLs: the verb and the parameters that make the operation what it is. */
const operation = (send, method, ...parameters) => ({ send, method, parameters });

const operations = {
  ListObjects: operation(list('list'), 'GET'),
  ListObjectsV2: operation(list('listV2'), 'GET', 'list-type=2'),
  ListObjectVersions: operation(list('listObjectVersions'), 'GET', 'versions'),
  ListMultipartUploads: operation(list('listUploads'), 'GET', 'uploads'),
  GetBucketACL: operation(onBucket('getBucketACL'), 'GET', 'acl'),
  GetBucketLifecycle: operation(onBucket('getBucketLifecycle'), 'GET', 'lifecycle'),
  GetBucketCORS: operation(onBucket('getBucketCORS'), 'GET', 'cors'),
  GetBucketLogging: operation(onBucket('getBucketLogging'), 'GET', 'logging'),
  GetBucketWebsite: operation(onBucket('getBucketWebsite'), 'GET', 'website'),
  GetBucketVersioning: operation(onBucket('getBucketVersioning'), 'GET', 'versioning'),
  DeleteObjects: operation((client, op) => client.deleteMulti([op.key], options(op)), 'POST', 'delete'),
  PostObject: {}, // a form

  GetObject: operation(onKey('get'), 'GET'),
  PutObject: operation((client, op) => client.put(op.key, body(op), options(op)), 'PUT'),
  HeadObject: operation(onKey('head'), 'HEAD'),
  DeleteObject: operation(onKey('delete'), 'DELETE'),
  CopyObject: operation(copy, 'PUT'),
  AppendObject: operation(append, 'POST', 'append'),
  GetObjectACL: operation(onKey('getACL'), 'GET', 'acl'),
  PutObjectACL: operation(putACL, 'PUT', 'acl'),
  PutObjectTagging: operation(
    (client, op) => client.putObjectTagging(op.key, { colour: 'red' }, options(op)),
    'PUT',
    'tagging',
  ),
  GetObjectTagging: operation(onKey('getObjectTagging'), 'GET', 'tagging'),
  DeleteObjectTagging: operation(onKey('deleteObjectTagging'), 'DELETE', 'tagging'),
  RestoreObject: operation(onKey('restore'), 'POST', 'restore'),
  GetSymlink: operation(onKey('getSymlink'), 'GET', 'symlink'),
  PutSymlink: operation(putSymlink, 'PUT', 'symlink'),

  InitiateMultipartUpload: operation(
    (client, op) => client.initMultipartUpload(op.key, noParameters(op)),
    'POST',
    'uploads',
  ),
  UploadPart: operation(uploadPart, 'PUT'),
  UploadPartCopy: operation(uploadPartCopy, 'PUT'),
  ListParts: operation(listParts, 'GET'),
  CompleteMultipartUpload: operation(completeMultipartUpload, 'POST'),
  AbortMultipartUpload: operation(
    (client, op) => client.abortMultipartUpload(op.key, op.uploadId, noParameters(op)),
    'DELETE',
  ),
};

/** The parameters beside x-oss-* and response-* that V1 signs and the vectors know; the SDK has no list. */
const signedByV1 = new Set([
  ...[
    'acl',
    'append',
    'callback',
    'callback-var',
    'continuation-token',
    'cors',
    'delete',
    'lifecycle',
    'location',
    'logging',
  ],
  ...[
    'partNumber',
    'policy',
    'position',
    'restore',
    'symlink',
    'tagging',
    'uploadId',
    'uploads',
    'versionId',
    'versioning',
  ],
  ...['versions', 'website'],
]);

/** A signed URL for any request about a bucket or an object. */
async function presign(client, { scheme, operation: op }, { method, parameters }) {
  const headers = record(op.headers, 'headers');
  for (const [name, value] of op.metadata ?? []) headers[`x-oss-meta-${name}`] = value;
  if (op.copySource) {
    const [bucket, key] = source(op);
    headers['x-oss-copy-source'] = `/${bucket}/${encodeURIComponent(key)}`;
  }
  const queries = {}; // null: a name without a value
  for (const parameter of parameters) {
    const [name, value = null] = parameter.split('=');
    queries[name] = value;
  }
  if (op.uploadId) queries.uploadId = op.uploadId;
  if (op.partNumber && method === 'PUT') queries.partNumber = String(op.partNumber);
  Object.assign(queries, record(op.query, 'parameters'));

  const key = op.name === 'DeleteObjects' ? '' : (op.key ?? '');
  const expires = op.expires ?? 3600;
  const url =
    scheme === 'oss-v4'
      ? await client.signatureUrlV4(method, expires, { headers, queries }, key)
      : client.signatureUrl(key, { method, expires, ...inV1(queries), ...headers }, false);
  return { url, headers: Object.entries(headers) };
}

/** Parameters as the options of signatureUrl, which signs every one that it takes. */
function inV1(queries) {
  const response = {};
  const subResource = {};
  for (const [name, value] of Object.entries(queries)) {
    const override = /^response-([a-z-]+)$/.exec(name)?.[1];
    if (override) response[override] = value;
    else if (signedByV1.has(name) || name.startsWith('x-oss-')) subResource[name] = value;
    else throw new Unsupported(`signatureUrl signs every parameter it takes, V1 does not sign ${name}`);
  }
  return { response, subResource };
}

/** The fields of a browser upload, put together as the SDK's manual does it. */
function form(client, { operation: op, credentials, region }) {
  const date = new Date();
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const fields = {
    key: op.key,
    ...record(op.headers, 'fields'),
    'x-oss-date': time,
    'x-oss-credential': `${credentials.accessKeyId}/${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`,
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    ...(credentials.securityToken && { 'x-oss-security-token': credentials.securityToken }),
  };
  for (const [name, value] of op.metadata ?? []) fields[`x-oss-meta-${name}`] = value;
  const policy = {
    expiration: new Date(date.getTime() + (op.expires ?? 3600) * 1000).toISOString(),
    conditions: [
      { bucket: op.bucket },
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
      ...(op.query ?? []).map(([name, range]) => [name, ...range.split(',').map(Number)]),
    ],
  };
  fields.policy = OSS.Buffer.from(JSON.stringify(policy), 'utf8').toString('base64');
  fields['x-oss-signature'] = client.signPostObjectPolicyV4(policy, date);
  return { form: Object.entries(fields) };
}

function carryOut(question) {
  const { scheme, carrier, endpoint, operation: op, credentials, addressing, region } = question;
  const known = operations[op.name];
  if (carrier !== 'form' && !known?.send) throw new Unsupported(`the SDK has no ${op.name} by ${carrier}`);
  const client = new OSS({
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    stsToken: credentials.securityToken,
    endpoint,
    region,
    bucket: op.bucket,
    cname: addressing === 'cname',
    sldEnable: addressing === 'path',
    authorizationV4: scheme === 'oss-v4',
    timeout: 5000,
  });
  if (carrier === 'form') return form(client, question);
  return carrier === 'query' ? presign(client, question, known) : known.send(client, op).then(() => undefined);
}
