'use strict';

// The operations of the SDK: how each is asked for by its own method, and how
// its request looks for the signers of URLs, which take any.

const { Unsupported, bytes, fromPairs } = require('../internal/node/adapter');

/** The options that most methods take: what they do not know, they ignore. */
function options({ headers, metadata, query }) {
  return {
    headers: fromPairs(headers),
    ...(metadata?.length && { meta: fromPairs(metadata) }),
    ...(query?.length && { subres: fromPairs(query) }), // in the URL, and signed by V1
  };
}

/** Options for a method that has no place for further parameters. */
function noParameters(operation) {
  if (operation.query?.length) throw new Unsupported(`the method takes no parameters: ${operation.query[0][0]}`);
  return options(operation);
}

/** Takes a header that is an argument of its own. */
function take(options, name) {
  const given = Object.keys(options.headers).find((header) => header.toLowerCase() === name);
  const value = options.headers[given];
  delete options.headers[given];
  return value;
}

const source = ({ copySource }) => {
  const slash = copySource.indexOf('/');
  return { bucket: copySource.slice(0, slash), key: copySource.slice(slash + 1) };
};

const onService = (method) => (client, op) => client[method](fromPairs(op.query), { headers: fromPairs(op.headers) });
const onList = onService;
const onBucket = (method) => (client, op) => client[method](op.bucket, noParameters(op));
const onKey = (method) => (client, op) => client[method](op.key, options(op));

function put(client, op) {
  return client.put(op.key, bytes(op.body), options(op));
}

function append(client, op) {
  const { position, ...others } = fromPairs(op.query);
  const rest = noParameters({ ...op, query: Object.entries(others) });
  return client.append(op.key, bytes(op.body), { ...rest, position });
}

function copy(client, op) {
  const { bucket, key } = source(op);
  return client.copy(op.key, key, bucket, options(op));
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
  const body = bytes(op.body);
  return client.uploadPart(op.key, op.uploadId, op.partNumber, body, 0, body.length, noParameters(op));
}

function uploadPartCopy(client, op) {
  const given = noParameters(op);
  const { bucket, key } = source(op);
  const range = take(given, 'x-oss-copy-source-range')?.replace(/^bytes=/, '');
  const from = { sourceBucketName: bucket, sourceKey: key };
  return client.uploadPartCopy(op.key, op.uploadId, op.partNumber, range, from, given);
}

function completeMultipartUpload(client, op) {
  const parts = [{ number: op.partNumber, etag: '"D41D8CD98F00B204E9800998ECF8427E"' }];
  return client.completeMultipartUpload(op.key, op.uploadId, parts, noParameters(op));
}

/** A method, and for the signers of URLs: the verb and the parameters that make the operation what it is. */
const operation = (send, method, ...parameters) => ({ send, request: { method, parameters } });

const operations = {
  ListBuckets: { send: onService('listBuckets') }, // URLs are for a bucket
  ListObjects: operation(onList('list'), 'GET'),
  ListObjectsV2: operation(onList('listV2'), 'GET', 'list-type=2'),
  ListObjectVersions: operation(onList('listObjectVersions'), 'GET', 'versions'),
  ListMultipartUploads: operation(onList('listUploads'), 'GET', 'uploads'),
  GetBucketACL: operation(onBucket('getBucketACL'), 'GET', 'acl'),
  GetBucketLocation: operation(onBucket('getBucketLocation'), 'GET', 'location'),
  GetBucketLifecycle: operation(onBucket('getBucketLifecycle'), 'GET', 'lifecycle'),
  GetBucketCORS: operation(onBucket('getBucketCORS'), 'GET', 'cors'),
  GetBucketLogging: operation(onBucket('getBucketLogging'), 'GET', 'logging'),
  GetBucketWebsite: operation(onBucket('getBucketWebsite'), 'GET', 'website'),
  GetBucketVersioning: operation(onBucket('getBucketVersioning'), 'GET', 'versioning'),
  GetBucketPolicy: operation(onBucket('getBucketPolicy'), 'GET', 'policy'),
  DeleteObjects: operation((client, op) => client.deleteMulti([op.key], options(op)), 'POST', 'delete'),

  GetObject: operation(onKey('get'), 'GET'),
  PutObject: operation(put, 'PUT'),
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
  ListParts: operation(
    (client, op) => client.listParts(op.key, op.uploadId, fromPairs(op.query), { headers: fromPairs(op.headers) }),
    'GET',
  ),
  CompleteMultipartUpload: operation(completeMultipartUpload, 'POST'),
  AbortMultipartUpload: operation(
    (client, op) => client.abortMultipartUpload(op.key, op.uploadId, noParameters(op)),
    'DELETE',
  ),
};

module.exports = { operations };
