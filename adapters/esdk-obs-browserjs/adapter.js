'use strict';

// Lets countersign drive esdk-obs-browserjs, the SDK of Huawei Cloud OBS for
// browsers, in headless Chromium. What the SDK is asked is in sdk.js, which
// runs in the page.

const path = require('node:path');
const { chromium } = require('playwright-core');
const { openChromium } = require('../internal/chromium/chromium');
const { serve } = require('../internal/node/adapter');

async function main() {
  const { version } = require('esdk-obs-browserjs/package.json');
  const sdk = require.resolve(`esdk-obs-browserjs/dist/@cloud/esdk-obs-browserjs.${version}.min.js`);
  const { operations, send } = await openChromium(chromium, [sdk, path.join(__dirname, 'sdk.js')]);
  await serve({
    identity: {
      name: 'esdk-obs-browserjs',
      version,
      language: 'javascript',
      url: 'https://github.com/huaweicloud/huaweicloud-sdk-browserjs-obs',
    },
    schemes: ['obs-v2', 'obs-aws-v2', 'obs-v4'].flatMap((scheme) =>
      ['header', 'query', 'form'].map((carrier) => `${scheme}/${carrier}`),
    ),
    operations,
    features: ['bytes'],
    send,
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
