'use strict';

// URLs and forms that are signed for somebody else. For V4 the client has
// methods of their own: signature 'v4' alone makes them V2.

const { Unsupported, fromPairs } = require('../internal/node/adapter');

function presign(client, scheme, known, operation) {
  const { httpMethod, urlPath } = known.request(scheme);
  const headers = fromPairs(operation.headers);
  for (const [name, value] of operation.metadata ?? []) headers[`${scheme.prefix}meta-${name}`] = value;
  if (operation.copySource) {
    const [bucket, ...key] = operation.copySource.split('/');
    headers[`${scheme.prefix}copy-source`] = `/${bucket}/${encodeURIComponent(key.join('/'))}`;
  }
  const parameters = fromPairs(operation.query);
  if (operation.uploadId) parameters.uploadId = operation.uploadId;
  if (operation.partNumber && httpMethod === 'PUT') parameters.partNumber = operation.partNumber;

  const method = scheme.signature === 'v4' ? 'createV4SignedUrlSync' : 'createSignedUrlSync';
  const signed = client[method]({
    Method: httpMethod,
    Bucket: operation.bucket,
    Key: urlPath === 'delete' ? undefined : operation.key, // it stands in the body
    SpecialParam: urlPath,
    Expires: operation.expires ?? 3600,
    Headers: headers,
    QueryParams: parameters,
  });
  return { url: signed.SignedUrl, headers: Object.entries(signed.ActualSignedRequestHeaders) };
}

/** The fields of a browser upload, put together as the SDK's sample does it. */
function form(client, scheme, { operation, credentials }) {
  if (operation.query?.length) throw new Unsupported('the SDK writes equalities into the policy, no ranges');
  const fields = fromPairs(operation.headers);
  for (const [name, value] of operation.metadata ?? []) fields[`${scheme.prefix}meta-${name}`] = value;
  const asked = {
    Bucket: operation.bucket,
    Key: operation.key,
    Expires: operation.expires ?? 3600,
    FormParams: fields,
  };
  const token = credentials.securityToken && { [`${scheme.prefix}security-token`]: credentials.securityToken };
  return {
    form: Object.entries({ key: operation.key, ...fields, ...token, ...signForm(client, scheme, asked, credentials) }),
  };
}

function signForm(client, { signature }, asked, { accessKeyId }) {
  if (signature === 'v4') {
    const { Policy, Algorithm, Credential, Date, Signature } = client.createV4PostSignatureSync(asked);
    return {
      policy: Policy,
      'x-amz-algorithm': Algorithm,
      'x-amz-credential': Credential,
      'x-amz-date': Date,
      'x-amz-signature': Signature,
    };
  }
  const { Policy, Signature } = client.createPostSignatureSync(asked);
  return {
    policy: Policy,
    [signature === 'obs' ? 'AccessKeyId' : 'AWSAccessKeyId']: accessKeyId,
    signature: Signature,
  };
}

module.exports = { form, presign };
