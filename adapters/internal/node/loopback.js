'use strict';

// What an SDK does on the network, seen below it: every connection of this
// process goes to one loopback address for the time of an exchange, whatever
// host the SDK wants, and to nowhere outside of an exchange. No name is
// resolved.

const diagnostics = require('node:diagnostics_channel');
const net = require('node:net');
const { Rejected, Unsupported, attempt } = require('./adapter');

let current; // the exchange that is under way

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  if (!current) {
    process.nextTick(() => this.destroy(new Error('connects outside of an exchange')));
    return this;
  }
  current.sockets.push(this);
  const listener = args.flat().find((arg) => typeof arg === 'function');
  return connect.call(this, current.address, listener);
};

const note = (status) => {
  if (current) current.status = status;
};
diagnostics.subscribe('http.client.response.finish', ({ response }) => note(response.statusCode));
diagnostics.subscribe('undici:request:headers', ({ response }) => note(response.statusCode));

/**
 * Lets the SDK carry out a call and returns the answer that it deserves: a
 * request that was answered gives the status of the answer, and the error that
 * the SDK made of it if it did. An error of an SDK that has not even tried to
 * connect is its refusal.
 *
 * @param {string} to a loopback host:port
 * @param {() => unknown} call
 */
async function exchange(to, call) {
  const [, host, port] = /^\[?(127\.[\d.]+|::1)\]?:(\d+)$/.exec(to) ?? [];
  if (!port) throw new Error(`connect: ${to} is not a loopback host:port`);
  const x = (current = { address: { host, port: Number(port) }, sockets: [], status: 0 });
  let thrown;
  try {
    await attempt(call);
  } catch (error) {
    thrown = refusal(error);
  }
  if (current === x) current = undefined;
  await Promise.all(x.sockets.map(close)); // an agent must not use them for the next one
  if (x.status && thrown) return { status: x.status, failure: `${thrown.class ?? thrown.name}: ${thrown.message}` };
  if (x.status) return { status: x.status };
  if (!thrown) throw new Error('the SDK reports success but nothing was answered');
  throw x.sockets.length ? (thrown.cause ?? thrown) : thrown;
}

function close(socket) {
  socket.destroy();
  return socket.closed || new Promise((resolve) => socket.once('close', resolve));
}

/**
 * Lets the SDK make something without a connection, such as a signed URL. What
 * it throws is its refusal.
 */
async function offline(call) {
  try {
    return await attempt(call);
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error) {
  return error instanceof Unsupported ? error : new Rejected(error);
}

module.exports = { exchange, offline };
