'use strict';

// The parameters of a URL that V1 signs. The SDK has no such list: its methods
// name their own, for all others it takes its caller's word.

const subResources = new Set(
  `
    accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy
    accessPointPolicyForObjectProcess acl append bucketArchiveDirectRead bucketInfo callback callback-var
    cleanRestoredObject cloudboxes cname comp continuation-token cors delete encryption endTime httpsConfig img
    inventory inventoryId legalHold lifecycle live location logging metaQuery objectMeta objectWorm
    overwriteConfig partNumber policy policyStatus position publicAccessBlock qos redundancyTransition referer
    regionList regions replication replicationLocation replicationProgress requestPayment resourceGroup restore
    retention rtc seal security-token sequential startTime stat status style styleName symlink tagging
    transferAcceleration uploadId uploads userDefinedLogFieldsConfig versionId versioning versions vod website
    worm wormExtend wormId
  `
    .trim()
    .split(/\s+/),
);

const overrides = /^response-(content-(type|language|disposition|encoding)|cache-control|expires)$/;

const isSubResource = (name) => subResources.has(name) || overrides.test(name) || name.startsWith('x-oss-');

module.exports = { isSubResource };
