'use strict';

// The process's clock, for SDKs whose signers read it themselves and take no
// time from their caller.

const RealDate = Date;

let stood; // the time in milliseconds

class StoodDate extends RealDate {
  constructor(...parts) {
    super(...(parts.length ? parts : [stood]));
  }

  static now() {
    return stood;
  }
}
Object.defineProperty(StoodDate, 'name', { value: 'Date' });

/** Carries out a call while the clock stands at a time in milliseconds, and returns what it gives. */
async function at(now, call) {
  stood = now;
  globalThis.Date = StoodDate;
  try {
    return await call();
  } finally {
    globalThis.Date = RealDate;
  }
}

module.exports = { at };
