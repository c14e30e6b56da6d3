'use strict';

// Runs in the page: what the SDK is asked for each question.

/* global ObsClient, Unsupported, bytesOf, record */

/** The SDK's words for the schemes, and the beginnings of their headers. */
const schemes = {
  'obs-v2': { signature: 'obs', prefix: 'x-obs-', keyField: 'AccessKeyId' },
  'obs-aws-v2': { signature: 'v2', prefix: 'x-amz-', keyField: 'AWSAccessKeyId' },
  'obs-v4': { signature: 'v4', prefix: 'x-amz-' },
};

/** Headers, x- for those of the vendor, and parameters, by the SDK's names for them. */
const names = {
  ACL: 'x-acl',
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentMD5: 'content-md5',
  ContentType: 'content-type',
  CopySourceIfMatch: 'x-copy-source-if-match',
  CopySourceIfModifiedSince: 'x-copy-source-if-modified-since',
  CopySourceIfNoneMatch: 'x-copy-source-if-none-match',
  CopySourceIfUnmodifiedSince: 'x-copy-source-if-unmodified-since',
  CopySourceRange: 'x-copy-source-range',
  Delimiter: 'delimiter',
  EncodingType: 'encoding-type',
  GrantFullControl: 'x-grant-full-control',
  GrantRead: 'x-grant-read',
  GrantReadAcp: 'x-grant-read-acp',
  GrantWriteAcp: 'x-grant-write-acp',
  IfMatch: 'if-match',
  IfModifiedSince: 'if-modified-since',
  IfNoneMatch: 'if-none-match',
  IfUnmodifiedSince: 'if-unmodified-since',
  ImageProcess: 'x-image-process',
  KeyMarker: 'key-marker',
  Marker: 'marker',
  MaxKeys: 'max-keys',
  MaxParts: 'max-parts',
  MaxUploads: 'max-uploads',
  MetadataDirective: 'x-metadata-directive',
  PartNumberMarker: 'part-number-marker',
  Position: 'position',
  Prefix: 'prefix',
  Range: 'range',
  RequestDate: 'x-date',
  ResponseCacheControl: 'response-cache-control',
  ResponseContentDisposition: 'response-content-disposition',
  ResponseContentEncoding: 'response-content-encoding',
  ResponseContentLanguage: 'response-content-language',
  ResponseContentType: 'response-content-type',
  ResponseExpires: 'response-expires',
  SseMode: 'x-server-side-encryption',
  StorageClass: 'x-storage-class',
  UploadIdMarker: 'upload-id-marker',
  VersionId: 'versionId',
  VersionIdMarker: 'version-id-marker',
  WebsiteRedirectLocation: 'x-website-redirect-location',
};

// What some operations take.
const listing = ['Prefix', 'Delimiter', 'EncodingType'];
const overrides = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
];
const conditions = ['IfMatch', 'IfModifiedSince', 'IfNoneMatch', 'IfUnmodifiedSince'];
const reading = [...conditions, ...overrides.map((name) => `Response${name}`), 'ImageProcess', 'Range', 'VersionId'];
const grants = ['ACL', 'GrantFullControl', 'GrantRead', 'GrantReadAcp', 'GrantWriteAcp'];
const creating = [...grants, 'ContentType', 'Metadata', 'SseMode', 'StorageClass', 'WebsiteRedirectLocation'];
const storing = [...creating, 'CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage'];
const copying = [...storing, ...conditions.map((name) => `CopySource${name}`), 'MetadataDirective'];

/**
 * An operation: the SDK's method, verb and parameter for those who sign a URL,
 * the optional parameters that the method takes, and those it always gets.
 */
const operation = (method, verb, special, takes = [], always = () => ({})) => ({
  method,
  verb,
  special,
  takes,
  always,
});

const key = (op) => ({ Key: op.key });
const upload = (op) => ({ Key: op.key, UploadId: op.uploadId });
const part = (op) => ({ ...upload(op), PartNumber: op.partNumber });
const tags = (op) => ({ Key: op.key, Tags: [{ Key: 'colour', Value: 'red' }] });
const parts = (op) => ({
  ...upload(op),
  Parts: [{ PartNumber: op.partNumber, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' }],
});

/** A text as it is, bytes as a file that the user of the page chooses. */
function body({ body: given }) {
  return given?.hex ? { SourceFile: new File([bytesOf(given)], 'file') } : { Body: given ?? '' };
}

const operations = {
  ListBuckets: operation('listBuckets', 'GET'),
  ListObjects: operation('listObjects', 'GET', '', [...listing, 'Marker', 'MaxKeys']),
  ListObjectVersions: operation('listVersions', 'GET', 'versions', [
    ...listing,
    'KeyMarker',
    'MaxKeys',
    'VersionIdMarker',
  ]),
  ListMultipartUploads: operation('listMultipartUploads', 'GET', 'uploads', [
    ...listing,
    'KeyMarker',
    'MaxUploads',
    'UploadIdMarker',
  ]),
  GetBucketACL: operation('getBucketAcl', 'GET', 'acl'),
  GetBucketLocation: operation('getBucketLocation', 'GET', 'location'),
  GetBucketLifecycle: operation('getBucketLifecycleConfiguration', 'GET', 'lifecycle'),
  GetBucketCORS: operation('getBucketCors', 'GET', 'cors'),
  GetBucketLogging: operation('getBucketLoggingConfiguration', 'GET', 'logging'),
  GetBucketWebsite: operation('getBucketWebsiteConfiguration', 'GET', 'website'),
  GetBucketVersioning: operation('getBucketVersioningConfiguration', 'GET', 'versioning'),
  GetBucketPolicy: operation('getBucketPolicy', 'GET', 'policy'),
  DeleteObjects: operation('deleteObjects', 'POST', 'delete', [], (op) => ({ Objects: [key(op)] })),
  PostObject: {}, // a form

  GetObject: operation('getObject', 'GET', '', reading, key),
  PutObject: operation('putObject', 'PUT', '', [...storing, 'ContentMD5'], (op) => ({ ...key(op), ...body(op) })),
  HeadObject: operation('getObjectMetadata', 'HEAD', '', ['VersionId'], key),
  DeleteObject: operation('deleteObject', 'DELETE', '', ['VersionId'], key),
  CopyObject: operation('copyObject', 'PUT', '', copying, (op) => ({ ...key(op), CopySource: op.copySource })),
  AppendObject: operation('appendObject', 'POST', 'append', [...creating, 'ContentMD5', 'Position'], (op) => ({
    ...key(op),
    ...body(op),
  })),
  GetObjectACL: operation('getObjectAcl', 'GET', 'acl', ['VersionId'], key),
  PutObjectACL: operation('setObjectAcl', 'PUT', 'acl', ['ACL', 'VersionId'], key),
  PutObjectTagging: operation('setObjectTagging', 'PUT', 'tagging', ['VersionId'], tags),
  GetObjectTagging: operation('getObjectTagging', 'GET', 'tagging', ['VersionId'], key),
  DeleteObjectTagging: operation('deleteObjectTagging', 'DELETE', 'tagging', ['VersionId'], key),
  RestoreObject: operation('restoreObject', 'POST', 'restore', ['VersionId'], (op) => ({ ...key(op), Days: 1 })),

  InitiateMultipartUpload: operation('initiateMultipartUpload', 'POST', 'uploads', [...storing, 'EncodingType'], key),
  UploadPart: operation('uploadPart', 'PUT', '', ['ContentMD5'], (op) => ({ ...part(op), ...body(op) })),
  UploadPartCopy: operation('copyPart', 'PUT', '', ['CopySourceRange'], (op) => ({
    ...part(op),
    CopySource: op.copySource,
  })),
  ListParts: operation('listParts', 'GET', '', ['EncodingType', 'MaxParts', 'PartNumberMarker'], upload),
  CompleteMultipartUpload: operation('completeMultipartUpload', 'POST', '', ['EncodingType'], parts),
  AbortMultipartUpload: operation('abortMultipartUpload', 'DELETE', '', [], upload),
};

/** Calls the SDK's method of an operation. */
async function send(client, { prefix }, op, { method, takes, always }) {
  const param = { ...(op.bucket && { Bucket: op.bucket }), ...always(op) };
  const given = { ...record(op.headers, 'headers'), ...record(op.query, 'parameters') };
  for (const [name, value] of Object.entries(given)) {
    const wire = name.toLowerCase().startsWith(prefix) ? `x-${name.slice(prefix.length)}` : name;
    const known = [...takes, 'RequestDate'].find((parameter) => names[parameter]?.toLowerCase() === wire.toLowerCase());
    if (!known) throw new Unsupported(`${method} has no parameter for ${name}`);
    param[known] = value;
  }
  if (op.metadata?.length) {
    if (!takes.includes('Metadata')) throw new Unsupported(`${method} has no parameter for metadata`);
    param.Metadata = record(op.metadata, 'metadata');
  }
  await client[method](param);
}

/** Signs a URL for any request. */
function presign(client, { signature, prefix }, op, { verb, special }) {
  const Headers = record(op.headers, 'headers');
  for (const [name, value] of op.metadata ?? []) Headers[`${prefix}meta-${name}`] = value;
  if (op.copySource) {
    const [bucket, ...key] = op.copySource.split('/');
    Headers[`${prefix}copy-source`] = `/${bucket}/${encodeURIComponent(key.join('/'))}`;
  }
  const QueryParams = record(op.query, 'parameters');
  if (op.uploadId) QueryParams.uploadId = op.uploadId;
  if (op.partNumber && verb === 'PUT') QueryParams.partNumber = op.partNumber;
  const Key = op.name === 'DeleteObjects' ? '' : op.key; // there it stands in the body
  const param = {
    Method: verb,
    Bucket: op.bucket,
    Key,
    SpecialParam: special,
    Expires: op.expires,
    Headers,
    QueryParams,
  };
  const signed = signature === 'v4' ? client.createV4SignedUrlSync(param) : client.createSignedUrlSync(param);
  return { url: signed.SignedUrl, headers: Object.entries(signed.ActualSignedRequestHeaders) };
}

/** The fields of a browser upload, put together as the SDK's manual does it. */
function form(client, { signature, prefix, keyField }, op, credentials) {
  if (op.query?.length)
    throw new Unsupported(`the SDK's policy has conditions for fields only, none for ${op.query[0][0]}`);
  const FormParams = record(op.headers, 'fields');
  for (const [name, value] of op.metadata ?? []) FormParams[`${prefix}meta-${name}`] = value;
  const param = { Bucket: op.bucket, Key: op.key, Expires: op.expires, FormParams };
  const token = credentials.securityToken && { [`${prefix}security-token`]: credentials.securityToken };
  const fields = { key: op.key, ...FormParams, ...token };
  if (signature === 'v4') {
    const { Algorithm, Credential, Date: date, Policy, Signature } = client.createV4PostSignatureSync(param);
    Object.assign(fields, { 'x-amz-algorithm': Algorithm, 'x-amz-credential': Credential, 'x-amz-date': date });
    Object.assign(fields, { policy: Policy, 'x-amz-signature': Signature });
  } else {
    const { Policy, Signature } = client.createPostSignatureSync(param);
    Object.assign(fields, { [keyField]: credentials.accessKeyId, policy: Policy, signature: Signature });
  }
  return { form: Object.entries(fields) };
}

function carryOut({ scheme, carrier, endpoint, operation: op, credentials, addressing, region }) {
  const known = operations[op.name];
  if (!known || (carrier !== 'form' && !known.method)) throw new Unsupported(`the SDK has no ${op.name} by ${carrier}`);
  const client = new ObsClient({
    access_key_id: credentials.accessKeyId,
    secret_access_key: credentials.accessKeySecret,
    security_token: credentials.securityToken,
    server: endpoint,
    signature: schemes[scheme].signature,
    region,
    path_style: addressing === 'path',
    is_cname: addressing === 'cname',
    is_signature_negotiation: false,
    timeout: 5,
  });
  if (carrier === 'form') return form(client, schemes[scheme], op, credentials);
  return carrier === 'query' ? presign(client, schemes[scheme], op, known) : send(client, schemes[scheme], op, known);
}
