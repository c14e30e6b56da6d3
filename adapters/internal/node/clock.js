'use strict';

// The process's clock, for SDKs whose signers read it themselves and take no
// time from their caller.

const RealDate = Date;

/** Carries out a call while the clock stands at a time in milliseconds, and returns what it gives. */
async function at(now, call) {
  globalThis.Date = class Date extends RealDate {
    constructor(...parts) {
      super(...(parts.length ? parts : [now]));
    }

    static now() {
      return now;
    }
  };
  try {
    return await call();
  } finally {
    globalThis.Date = RealDate;
  }
}

module.exports = { at };
