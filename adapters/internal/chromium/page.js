'use strict';

// What the scripts of all adapters share in the page. The script of an adapter
// defines carryOut, from a question to its answer, and operations.

/** The SDK's public API does not offer what is asked. */
class Unsupported extends Error {}

/**
 * What came of a question: the status of its last response, and the result of
 * carryOut or why there is none.
 */
window.outcomeOf = (() => {
  let status;
  let lost; // called with an error that is thrown out of reach of the SDK's promise

  window.addEventListener('error', (event) => lost?.(event.error));
  window.addEventListener('unhandledrejection', (event) => lost?.(event.reason));

  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...args) {
    this.addEventListener('readystatechange', () => {
      if (this.readyState >= XMLHttpRequest.HEADERS_RECEIVED) status = this.status || status;
    });
    return send.apply(this, args);
  };

  const thrown = (error) => ({ name: String(error?.name ?? typeof error), message: String(error?.message ?? error) });

  return async (question) => {
    status = undefined;
    const other = new Promise((resolve) => {
      lost = (error) => resolve({ status, thrown: thrown(error), lost: true });
    });
    const own = (async () => {
      for (const [name, value] of Object.entries(question.operation)) {
        if (value?.hex && name !== 'body') throw new Unsupported(`a string cannot hold the bytes of ${name}`);
      }
      return { result: await carryOut(question), status };
    })().catch((error) =>
      error instanceof Unsupported ? { unsupported: error.message } : { status, thrown: thrown(error) },
    );
    try {
      return await Promise.race([own, other]);
    } finally {
      lost = undefined;
    }
  };
})();

/** Pairs as an object, which cannot repeat a name. A header takes one byte for each character. */
function record(pairs, what) {
  const out = {};
  for (const [name, value] of pairs ?? []) {
    if (Object.hasOwn(out, name))
      throw new Unsupported(`the SDK keeps ${what} in an object, ${name} cannot be repeated`);
    out[name] = value.hex ? String.fromCharCode(...bytesOf(value)) : value;
  }
  return out;
}

/** The bytes of a string of the protocol. */
function bytesOf(value = '') {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  return Uint8Array.from(value.hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}
