'use strict';

// Lets countersign drive the S3 client of aws-sdk-js-v3 against the S3-shaped
// scheme of OBS: by its commands, by the URLs and forms it presigns, and by the
// public signer it is made with.

const s3 = require('@aws-sdk/client-s3');
const { version } = require('@aws-sdk/client-s3/package.json');
const { createPresignedPost } = require('@aws-sdk/s3-presigned-post');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
const { Unsupported, fromPairs, serve } = require('../internal/node/adapter');
const { exchange, offline } = require('../internal/node/loopback');
const { commandOf, names } = require('./commands');
const { sign } = require('./sign');

serve({
  identity: { name: 'aws-js', version, language: 'javascript', url: 'https://github.com/aws/aws-sdk-js-v3' },
  schemes: ['obs-v4/header', 'obs-v4/query', 'obs-v4/form'],
  operations: [...names, 'PostObject'],
  features: ['sign', 'clock', 'bytes'],
  sign,
  send,
});

function send(question) {
  const { carrier, connect, operation } = question;
  if ((carrier === 'form') !== (operation.name === 'PostObject')) {
    throw new Unsupported(`the SDK offers no ${operation.name} by ${carrier}`);
  }
  if (question.addressing === 'cname') throw new Unsupported('the SDK has no bucket that is not named in the request');
  if (carrier === 'form') return offline(() => form(client(question), operation));
  if (carrier === 'query') return offline(() => presign(client(question), operation));
  return exchange(connect, async () => {
    const { Body: content } = await client(question).send(commandOf(operation));
    await content?.transformToByteArray?.();
  });
}

function client({ endpoint, credentials, addressing, region }) {
  return new s3.S3Client({
    endpoint,
    region,
    forcePathStyle: addressing === 'path',
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.accessKeySecret,
      sessionToken: credentials.securityToken,
    },
    maxAttempts: 1,
    // A store that is not Amazon's need not know the checksums that the SDK
    // adds by default, as a header or behind an aws-chunked body.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** A signed URL. Headers that the presigner has not moved into it are sent with it. */
async function presign(s3Client, operation) {
  const command = commandOf({ ...operation, body: undefined }, {}); // who signs does not have the body
  let headers = {};
  const note = (next) => (args) => {
    headers = { ...args.request.headers };
    return next(args);
  };
  command.middlewareStack.add(note, { step: 'build', priority: 'low' });
  const url = await getSignedUrl(s3Client, command, { expiresIn: operation.expires ?? 3600 });
  const moved = new Set([...new URL(url).searchParams.keys()].map((name) => name.toLowerCase()));
  const own = /^(host|user-agent|amz-sdk-.*|x-amz-user-agent)$/;
  return {
    url,
    headers: Object.entries(headers).filter(([name]) => !own.test(name) && !moved.has(name.toLowerCase())),
  };
}

async function form(s3Client, operation) {
  const fields = fromPairs(operation.headers);
  for (const [name, value] of operation.metadata ?? []) fields[`x-amz-meta-${name}`] = value;
  const { fields: signed } = await createPresignedPost(s3Client, {
    Bucket: operation.bucket,
    Key: operation.key,
    Expires: operation.expires ?? 3600,
    Fields: fields,
    Conditions: (operation.query ?? []).map(([name, value]) => [name, ...value.split(',').map(Number)]),
  });
  return { form: Object.entries(signed) };
}
