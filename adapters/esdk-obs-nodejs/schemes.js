'use strict';

const obs = require('esdk-obs-nodejs/lib/obsModel');
const aws = require('esdk-obs-nodejs/lib/v2Model');

/**
 * The schemes in the SDK's words. Its models say which parameter of a method
 * becomes which header or which part of the query.
 */
const schemes = {
  'obs-v2': { signature: 'obs', model: obs, prefix: 'x-obs-' },
  'obs-aws-v2': { signature: 'v2', model: aws, prefix: 'x-amz-' },
  'obs-v4': { signature: 'v4', model: aws, prefix: 'x-amz-' },
};

module.exports = { schemes };
