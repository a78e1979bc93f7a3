'use strict';
// node clients.js CLIENT TARGETS: runs scenario.js in one foreign client, `ws` or `chromium`, against every target of
// the JSON list TARGETS, at once, and writes one JSON list of steps for each to stdout, in order.

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const WebSocket = require('ws');
const { scenario } = require('./scenario.js');

/// The `ws` package with certificates of tests, and a ping of its own.
class TestedWebSocket extends WebSocket {
  constructor(url) {
    super(url, { rejectUnauthorized: false });
  }
}

function pingStep(target) {
  return new Promise((resolve) => {
    const finish = (error) => resolve({ step: 'pings are answered', error });
    const socket = new TestedWebSocket(target.url);
    const timer = setTimeout(() => finish('no pong in time'), 10000);
    const payloads = [Buffer.alloc(0), Buffer.from('are you there'), Buffer.alloc(125, 7)];
    let answered = 0;
    socket.on('open', () => socket.ping(payloads[0]));
    socket.on('error', (error) => finish(error.message));
    socket.on('pong', (payload) => {
      if (!payload.equals(payloads[answered])) return finish('a pong with another payload');
      answered += 1;
      if (answered < payloads.length) return socket.ping(payloads[answered]);
      clearTimeout(timer);
      socket.close();
      return finish('');
    });
  });
}

async function runWs(targets) {
  return Promise.all(
    targets.map(async (target) => [...(await scenario(TestedWebSocket, target)), await pingStep(target)]),
  );
}

function startChromium(directory) {
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
    '--ignore-certificate-errors', '--remote-debugging-port=0', '--user-data-dir=' + directory, 'about:blank'];
  const child = spawn('chromium', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let errors = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error('chromium ended: ' + errors.slice(-500))));
    child.stderr.on('data', (data) => {
      errors += data;
      const found = errors.match(/DevTools listening on ws:\/\/([^/]+)\//);
      if (found) resolve({ child, address: found[1] });
    });
  });
}

function openPage(address, url) {
  return new Promise((resolve, reject) => {
    const request = http.request('http://' + address + '/json/new?' + encodeURIComponent(url), { method: 'PUT' });
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.on('data', (data) => (body += data));
      response.on('end', () => resolve(JSON.parse(body).webSocketDebuggerUrl));
    });
    request.end();
  });
}

/// Evaluates in a page of the gateway's own origin: from elsewhere an upgrade is refused.
async function runInPage(address, target) {
  const page = target.url.replace(/^ws/, 'http').replace('/v1/socket', '/healthz');
  const devtools = new WebSocket(await openPage(address, page), { perMessageDeflate: false });
  let last = 0;
  const waiting = new Map();
  const call = (method, params) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      devtools.send(JSON.stringify({ id: last, method, params }));
    });
  devtools.on('message', (data) => {
    const answer = JSON.parse(data);
    if (waiting.has(answer.id)) waiting.get(answer.id)(answer.result || answer.error);
  });
  await new Promise((resolve) => devtools.on('open', resolve));
  const evaluate = (expression) =>
    call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  for (let count = 0; count < 200; ++count) {
    const loaded = await evaluate('document.readyState === "complete" ? location.href : ""');
    if (loaded.result && loaded.result.value === page) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const answer = await evaluate(scenario.toString() + '; scenario(WebSocket, ' + JSON.stringify(target) + ')');
  devtools.close();
  if (!answer.result || !Array.isArray(answer.result.value)) {
    return [{ step: 'the page', error: JSON.stringify(answer).slice(0, 300) }];
  }
  return answer.result.value;
}

async function runChromium(targets) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'recado-chromium-'));
  const { child, address } = await startChromium(directory);
  child.removeAllListeners('exit');
  try {
    return await Promise.all(targets.map((target) => runInPage(address, target)));
  } finally {
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill();
    await gone;
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function main() {
  const targets = JSON.parse(process.argv[3]);
  const results = process.argv[2] === 'chromium' ? await runChromium(targets) : await runWs(targets);
  for (const steps of results) process.stdout.write(JSON.stringify(steps) + '\n');
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(String(error.stack || error) + '\n');
    process.exit(1);
  },
);
