'use strict';

// V1 signs some parameters of a URL and not others. The SDK has no list of
// them: its methods say it of the parameters they send, listed here, and for
// all others it takes its caller's word.

const { Unsupported } = require('../internal/node/adapter');

const words = (text) => text.trim().split(/\s+/);

const signed = new Set(
  words(`
    acl append asyncFetch bucketInfo callback callback-var comp continuation-token cors delete encryption endTime
    inventory inventoryId lifecycle live location logging objectMeta partNumber policy position referer requestPayment
    response-cache-control response-content-disposition response-content-encoding response-content-language
    response-content-type response-expires restore security-token startTime stat status symlink tagging uploadId
    uploads versionId versioning versions vod website worm wormExtend wormId x-oss-process x-oss-traffic-limit
  `),
);

const unsigned = new Set(
  words(`
    delimiter encoding-type fetch-owner key-marker list-type marker max-keys max-parts max-uploads part-number-marker
    prefix start-after upload-id-marker version-id-marker
  `),
);

function isSigned(name) {
  if (signed.has(name)) return true;
  if (unsigned.has(name)) return false;
  throw new Unsupported(`the SDK leaves it to its caller whether V1 signs the parameter ${name}`);
}

module.exports = { isSigned };
