'use strict';

// The commands of the SDK. The schemas it exports say which member of an input
// becomes which header or parameter; what has no member is set by a middleware
// before the request is signed.

const s3 = require('@aws-sdk/client-s3');
const { Unsupported, bytes, fromPairs } = require('../internal/node/adapter');

const commands = {
  ListBuckets: 'ListBuckets',
  ListObjects: 'ListObjects',
  ListObjectVersions: 'ListObjectVersions',
  ListMultipartUploads: 'ListMultipartUploads',
  GetBucketACL: 'GetBucketAcl',
  GetBucketLocation: 'GetBucketLocation',
  GetBucketLifecycle: 'GetBucketLifecycleConfiguration',
  GetBucketCORS: 'GetBucketCors',
  GetBucketLogging: 'GetBucketLogging',
  GetBucketWebsite: 'GetBucketWebsite',
  GetBucketVersioning: 'GetBucketVersioning',
  GetBucketPolicy: 'GetBucketPolicy',
  DeleteObjects: 'DeleteObjects',

  GetObject: 'GetObject',
  PutObject: 'PutObject',
  HeadObject: 'HeadObject',
  DeleteObject: 'DeleteObject',
  CopyObject: 'CopyObject',
  GetObjectACL: 'GetObjectAcl',
  PutObjectACL: 'PutObjectAcl',
  PutObjectTagging: 'PutObjectTagging',
  GetObjectTagging: 'GetObjectTagging',
  DeleteObjectTagging: 'DeleteObjectTagging',
  RestoreObject: 'RestoreObject',

  InitiateMultipartUpload: 'CreateMultipartUpload',
  UploadPart: 'UploadPart',
  UploadPartCopy: 'UploadPartCopy',
  ListParts: 'ListParts',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
  AbortMultipartUpload: 'AbortMultipartUpload',
};

/** What an input holds besides bucket, key, headers, parameters and a body. */
const more = {
  DeleteObjects: ({ key }) => ({ Delete: { Objects: [{ Key: key }] } }),
  PutObjectTagging: () => ({ Tagging: { TagSet: [{ Key: 'colour', Value: 'red' }] } }),
  RestoreObject: () => ({ RestoreRequest: { Days: 1, GlacierJobParameters: { Tier: 'Expedited' } } }),
  CompleteMultipartUpload: ({ partNumber }) => ({
    MultipartUpload: { Parts: [{ PartNumber: partNumber, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' }] },
  }),
};

const number = 1;
const times = [4, 5, 6, 7];

/** The command for an operation; own is what its input holds of its own. */
function commandOf(operation, own = more[operation.name]?.(operation)) {
  const name = commands[operation.name];
  if (!name) throw new Unsupported(`the SDK has no ${operation.name}`);
  const [, , , , memberNames, memberSchemas] = s3[`${name}Request$`];
  const members = memberNames.map((member, i) => ({ member, type: [].concat(memberSchemas[i]) }));

  const { bucket, key, uploadId, partNumber, copySource, body, metadata } = operation;
  const known = { Bucket: bucket, Key: key, UploadId: uploadId, PartNumber: partNumber, Metadata: fromPairs(metadata) };
  // The manual asks for the encoded form.
  if (copySource) known.CopySource = copySource.split('/').map(encodeURIComponent).join('/');
  if (body !== undefined && ['PutObject', 'UploadPart'].includes(name)) known.Body = bytes(body);
  const input = { ...own };
  for (const { member } of members) if (known[member] !== undefined) input[member] = known[member];

  const fill = (pairs, matches) =>
    Object.entries(fromPairs(pairs)).filter(([name, text]) => {
      const found = members.find(({ type: [, traits] }) => matches(traits ?? {}, name));
      const value = found && valueOf(found.type[0], text);
      if (value !== undefined) input[found.member] = value;
      return value === undefined;
    });
  const headers = fill(operation.headers, ({ httpHeader }, name) => httpHeader?.toLowerCase() === name.toLowerCase());
  const query = fill(operation.query, ({ httpQuery }, name) => httpQuery === name);

  const command = new s3[`${name}Command`](input);
  const add = (next) => (args) => {
    for (const [name, value] of headers) args.request.headers[name] = value;
    for (const [name, value] of query) args.request.query[name] = value;
    return next(args);
  };
  command.middlewareStack.add(add, { step: 'build' });
  return command;
}

/** The value as the member takes it, or undefined if it does not. */
function valueOf(type, text) {
  if (type === number) return String(Number(text)) === text ? Number(text) : undefined;
  if (times.includes(type)) return new Date(text).toUTCString() === text ? new Date(text) : undefined;
  return text;
}

module.exports = { commandOf, names: Object.keys(commands) };
