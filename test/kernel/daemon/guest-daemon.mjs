// What the scripts in the guest share: the daemon as a process, its configuration, the load.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export const logFolder = '/var/log/bpfaudit';
const config = '/etc/bpfaudit/bpfaudit.toml';
const socket = '/run/bpfaudit/control.sock';
const execute = promisify(execFile);

/** Detaches all policies and forgets the ring and the log of the script before. */
export function startOver() {
  for (const name of readdirSync('/sys/fs/bpf')) rmSync(`/sys/fs/bpf/${name}`, { recursive: true });
  rmSync(logFolder, { recursive: true, force: true });
  rmSync('/var/lib/bpfaudit', { recursive: true, force: true });
}

/** Writes the configuration: the shipped one with some keys set. */
export function configure(keys) {
  mkdirSync('/etc/bpfaudit', { recursive: true });
  let text = readFileSync('etc/bpfaudit/bpfaudit.toml', 'utf8');
  for (const [key, value] of Object.entries(keys)) {
    const line = new RegExp(`^${key} = .*$`, 'm');
    if (!line.test(text)) throw new Error(`no key ${key}`);
    text = text.replace(line, `${key} = ${JSON.stringify(value)}`);
  }
  writeFileSync(config, text);
  chmodSync(config, 0o640);
}

/** Loads a policy, which outlives every process. */
export function loadPolicy(name) {
  const file = `/root/policies/${name}.bpf.o`;
  execFileSync(process.execPath, ['dist/bundle/bpfaudit.js', 'policy', 'load', file], { stdio: 'inherit' });
}

/** Starts the daemon in the foreground. */
export function startDaemon() {
  const child = spawn(process.execPath, ['dist/bundle/bpfauditd.js', '-f'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const exited = new Promise((fulfil) => child.on('exit', (status, signal) => fulfil(signal ?? status)));
  return {
    pid: child.pid,
    exited,
    said: () => said,
    kill: (signal) => child.kill(signal),
    async ready() {
      for (let tries = 0; !said.includes('ready'); tries++) {
        if (child.exitCode !== null || tries > 600) throw new Error(`the daemon did not start: ${said}`);
        await delay(50);
      }
      return this;
    },
    async end() {
      child.kill('SIGTERM');
      const status = await exited;
      if (status !== 0) throw new Error(`the daemon ended with ${status}: ${said}`);
    },
  };
}

/** Asks the daemon. */
export async function ask(command) {
  const { askDaemon } = await import('/opt/bpfaudit/dist/daemon/control/ask-daemon.js');
  return askDaemon(socket, { command });
}

/** Waits until the daemon has read everything that was emitted. */
export async function caughtUp() {
  for (let tries = 0; ; tries++) {
    const status = await ask('status');
    const { unread, waiting } = status.records;
    if (unread === 0 && waiting === 0) return status;
    if (tries > 600) throw new Error(`never caught up: ${JSON.stringify(status)}`);
    await delay(100);
  }
}

/** Sockets of the protocol that the policy denies, from several processes: how often each errno came. */
export async function storm(processes, calls, pauseUs) {
  const { stdout } = await execute(
    '.output/test/stress',
    ['storm', processes, calls, 1427, pauseUs].map(String),
  );
  return JSON.parse(stdout);
}

function rotation(name) {
  return Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
}

/** Denials from several processes, again and again until it is ended; each is a probe. */
export function load(processes, calls, pauseUs) {
  const probes = { EPERM: 0, other: 0 };
  const stop = new AbortController();
  const run = async () => {
    while (!stop.signal.aborted) {
      for (const [errno, count] of Object.entries(await storm(processes, calls, pauseUs)))
        probes[errno === 'EPERM' ? errno : 'other'] += count;
    }
  };
  const running = run();
  return {
    probes,
    async end() {
      stop.abort();
      await running;
    },
  };
}

/** All lines of a log and of its rotated files, the oldest first. */
export function logLines(folder = logFolder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^audit\.log(?:\.\d+)?$/.test(name))
    .toSorted((a, b) => rotation(b) - rotation(a))
    .flatMap((name) => readFileSync(`${folder}/${name}`, 'latin1').split('\n').slice(0, -1));
}

/** What became of numbered records: which are there, how often, and which are not. */
export function numbers(lines) {
  const seen = new Map();
  for (const line of lines) {
    const found = / number=(\d+)/.exec(line)?.[1];
    if (found !== undefined) seen.set(found, (seen.get(found) ?? 0) + 1);
  }
  const twice = [...seen].filter(([, count]) => count > 1).map(([key]) => key);
  let [lowest, highest] = [Infinity, -1];
  for (const key of seen.keys()) {
    lowest = Math.min(lowest, Number(key));
    highest = Math.max(highest, Number(key));
  }
  return { records: seen.size, twice, lowest, highest };
}

/** Prints a result under a name. */
export function tell(name, result) {
  process.stdout.write(`@@ ${name}\n${JSON.stringify(result)}\n`);
}
