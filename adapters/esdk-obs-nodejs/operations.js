'use strict';

// The operations of the SDK: the method for each, and what it is given beside
// bucket and key. All other parameters are found by the header or the part of
// the query that they become.

const { Readable } = require('node:stream');
const { Unsupported, bytes, fromPairs } = require('../internal/node/adapter');

const none = () => ({});
// The SDK makes a string of whatever is no stream.
const body = (op) => ({ Body: op.body?.hex === undefined ? op.body : Readable.from([bytes(op.body)]) });
const upload = (op) => ({ UploadId: op.uploadId });
const part = (op) => ({ UploadId: op.uploadId, PartNumber: op.partNumber });
const source = (op) => ({ CopySource: op.copySource });

const methods = {
  ListBuckets: ['listBuckets', none],
  ListObjects: ['listObjects', none],
  ListObjectVersions: ['listVersions', none],
  ListMultipartUploads: ['listMultipartUploads', none],
  GetBucketACL: ['getBucketAcl', none],
  GetBucketLocation: ['getBucketLocation', none],
  GetBucketLifecycle: ['getBucketLifecycleConfiguration', none],
  GetBucketCORS: ['getBucketCors', none],
  GetBucketLogging: ['getBucketLoggingConfiguration', none],
  GetBucketWebsite: ['getBucketWebsiteConfiguration', none],
  GetBucketVersioning: ['getBucketVersioningConfiguration', none],
  GetBucketPolicy: ['getBucketPolicy', none],
  DeleteObjects: ['deleteObjects', (op) => ({ Objects: [{ Key: op.key }] })],

  GetObject: ['getObject', none],
  PutObject: ['putObject', body],
  HeadObject: ['getObjectMetadata', none],
  DeleteObject: ['deleteObject', none],
  CopyObject: ['copyObject', source],
  AppendObject: ['appendObject', body],
  GetObjectACL: ['getObjectAcl', none],
  PutObjectACL: ['setObjectAcl', none],
  PutObjectTagging: ['setObjectTagging', () => ({ Tags: [{ Key: 'colour', Value: 'red' }] })],
  GetObjectTagging: ['getObjectTagging', none],
  DeleteObjectTagging: ['deleteObjectTagging', none],
  RestoreObject: ['restoreObject', () => ({ Days: 1, Tier: 'Expedited' })],

  InitiateMultipartUpload: ['initiateMultipartUpload', none],
  UploadPart: ['uploadPart', (op) => ({ ...part(op), ...body(op) })],
  UploadPartCopy: ['copyPart', (op) => ({ ...part(op), ...source(op) })],
  ListParts: ['listParts', upload],
  CompleteMultipartUpload: [
    'completeMultipartUpload',
    (op) => ({ ...upload(op), Parts: [{ PartNumber: op.partNumber, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' }] }),
  ],
  AbortMultipartUpload: ['abortMultipartUpload', upload],
};

const operations = {};
for (const [operation, [method, own]] of Object.entries(methods)) {
  const name = method[0].toUpperCase() + method.slice(1); // as the models have it
  operations[operation] = {
    request: ({ model }) => model[name],
    send: (client, scheme, op) =>
      client[method]({ Bucket: op.bucket, Key: op.key, ...own(op), ...others(scheme.model[name], scheme.prefix, op) }),
  };
}

/** Parameters of the method for headers, metadata and query. */
function others({ parameters }, prefix, { headers, metadata, query }) {
  const given = {};
  const put = (what, [name, value], matches) => {
    const found = Object.entries(parameters).find(([key, meaning]) => matches(meaning, meaning.sentAs ?? key));
    if (!found) throw new Unsupported(`the method has no parameter for the ${what} ${name}`);
    if (found[0] in given) throw new Unsupported(`the method takes the ${what} ${name} once`);
    given[found[0]] = value;
  };
  for (const pair of headers ?? []) {
    const wanted = pair[0].toLowerCase();
    put(
      'header',
      pair,
      ({ location, withPrefix }, sentAs) =>
        location === 'header' && wanted === ((withPrefix ? prefix : '') + sentAs).toLowerCase(),
    );
  }
  for (const pair of query ?? [])
    put('parameter', pair, ({ location }, sentAs) => location === 'urlPath' && pair[0] === sentAs);
  if (metadata?.length)
    put('metadata', ['', fromPairs(metadata)], ({ type, location }) => location === 'header' && type === 'object');
  return given;
}

module.exports = { operations };
