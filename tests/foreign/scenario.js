'use strict';
// What a foreign WebSocket is asked to do. Runs as it is in Node.js, with the `ws` package, and in a browser's page:
// only what both have. Answers a list of { step, error }, where an empty error means that all went well.

async function scenario(WebSocket, target) {
  const patienceMs = 10000;
  const steps = [];

  function check(condition, message) {
    if (!condition) throw new Error(message);
  }

  function sample(size) {
    const bytes = new Uint8Array(size);
    for (let index = 0; index < size; ++index) bytes[index] = (index * 31 + (index >> 8)) & 0xff;
    return bytes;
  }

  function sameBytes(left, right) {
    return left.length === right.length && left.every((byte, index) => byte === right[index]);
  }

  /// A connection with its messages and its end as promises.
  function connect() {
    const socket = new WebSocket(target.url);
    socket.binaryType = 'arraybuffer';
    const received = [];
    const readers = [];
    const ended = new Promise((resolve) => {
      socket.addEventListener('close', (event) => {
        resolve({ code: event.code, reason: event.reason, clean: event.wasClean });
        readers.splice(0).forEach((reader) => reader(null));
      });
    });
    socket.addEventListener('error', () => {});
    socket.addEventListener('message', (event) => {
      const bytes = new Uint8Array(event.data);
      if (readers.length > 0) readers.shift()(bytes);
      else received.push(bytes);
    });
    const within = (promise, what) =>
      Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error(what)), patienceMs))]);
    return {
      opened: () =>
        within(
          new Promise((resolve, reject) => {
            socket.addEventListener('open', resolve);
            socket.addEventListener('close', (event) => reject(new Error('refused with ' + event.code)));
          }),
          'not connected in time',
        ),
      send: (bytes) => socket.send(bytes),
      close: (code, reason) => socket.close(code, reason),
      next: () =>
        within(
          received.length > 0 ? Promise.resolve(received.shift()) : new Promise((resolve) => readers.push(resolve)),
          'no message in time',
        ),
      ended: () => within(ended, 'not closed in time'),
    };
  }

  async function opened() {
    const connection = connect();
    await connection.opened();
    return connection;
  }

  async function step(name, action) {
    try {
      await action();
      steps.push({ step: name, error: '' });
    } catch (error) {
      steps.push({ step: name, error: String(error.message || error) });
    }
  }

  const words = (text) => new TextEncoder().encode(text);

  async function echo() {
    await step('messages of many sizes', async () => {
      const connection = await opened();
      for (const size of [0, 1, 125, 126, 127, 65535, 65536, 300000, target.messageBytes]) {
        connection.send(sample(size));
        const answer = await connection.next();
        check(answer !== null && sameBytes(answer, sample(size)), 'other bytes for ' + size);
      }
      connection.close(1000);
      const end = await connection.ended();
      check(end.code === 1000 && end.clean, 'closed with ' + end.code);
    });

    await step('a thousand messages in order', async () => {
      const connection = await opened();
      for (let number = 0; number < 1000; ++number) connection.send(words('number ' + number));
      for (let number = 0; number < 1000; ++number) {
        const answer = await connection.next();
        check(new TextDecoder().decode(answer) === 'number ' + number, 'lost number ' + number);
      }
      connection.close();
      await connection.ended();
    });

    for (const code of [1000, 3000, 4999]) {
      await step('the peer closes with ' + code, async () => {
        const leaving = await opened();
        leaving.close(code, 'até já');
        const end = await leaving.ended();
        check(end.code === code && end.clean, 'closed with ' + end.code);
        const asking = await opened();
        for (let count = 0; ; ++count) {
          asking.send(words('seen'));
          const seen = new TextDecoder().decode(await asking.next());
          if (seen === String(code)) break;
          check(count < 100, 'the gateway saw ' + seen);
        }
        asking.close();
        await asking.ended();
      });
    }

    await step('the gateway closes with 4001', async () => {
      const connection = await opened();
      connection.send(words('close 4001'));
      check(new TextDecoder().decode(await connection.next()) === 'last words', 'no last words');
      const end = await connection.ended();
      check(end.code === 4001 && end.reason === 'as you wish' && end.clean, 'closed with ' + end.code);
    });

    await step('text is refused with 1003', async () => {
      const connection = await opened();
      connection.send('text');
      const end = await connection.ended();
      check(end.code === 1003, 'closed with ' + end.code);
    });

    await step('too large a message is refused with 1009', async () => {
      const connection = await opened();
      connection.send(sample(target.messageBytes + 1));
      const end = await connection.ended();
      check(end.code === 1009, 'closed with ' + end.code);
    });

    await step('pings keep the silent alive', async () => {
      const connection = await opened();
      await new Promise((resolve) => setTimeout(resolve, 3 * target.idleLimitMs));
      connection.send(words('still here'));
      check((await connection.next()) !== null, 'gone');
      connection.close();
      await connection.ended();
    });
  }

  async function relay() {
    await step('Hello is answered with a Challenge', async () => {
      const connection = await opened();
      connection.send(new Uint8Array(target.hello));
      const answer = await connection.next();
      check(answer !== null && answer.length > 100, 'no Challenge');
      connection.close(1000);
      const end = await connection.ended();
      check(end.code === 1000 && end.clean, 'closed with ' + end.code);
    });

    await step('what is no message is refused with 1007', async () => {
      const connection = await opened();
      connection.send(new Uint8Array([0xff, 0xff, 0xff]));
      check((await connection.next()) !== null, 'no Error frame');
      const end = await connection.ended();
      check(end.code === 1007, 'closed with ' + end.code);
    });
  }

  await (target.kind === 'relay' ? relay() : echo());
  return steps;
}

if (typeof module !== 'undefined') module.exports = { scenario };
