'use strict';

// Lets countersign drive ali-oss as it runs in a browser: the build that the
// package ships for <script>, in headless Chromium. What the SDK is asked is in
// sdk.js, which runs in the page.

const path = require('node:path');
const { chromium } = require('playwright-core');
const { openChromium } = require('../internal/chromium/chromium');
const { serve } = require('../internal/node/adapter');

async function main() {
  const sdk = require.resolve('ali-oss/dist/aliyun-oss-sdk.min.js');
  const { operations, send } = await openChromium(chromium, [sdk, path.join(__dirname, 'sdk.js')]);
  await serve({
    identity: {
      name: 'ali-oss-browser',
      version: require('ali-oss/package.json').version,
      language: 'javascript',
      url: 'https://github.com/ali-sdk/ali-oss',
    },
    // The build has signPostObjectPolicyV4, and no calculatePostSignature.
    schemes: ['oss-v1/header', 'oss-v1/query', 'oss-v4/header', 'oss-v4/query', 'oss-v4/form'],
    operations,
    features: ['bytes'],
    send,
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
