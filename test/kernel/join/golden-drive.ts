/**
 * Runs in the guest: makes the goldens about audit rules happen under bpfaudit's join, and prints for each a line
 * of JSON with what was written. golden-drive.js OBJECTS ORC
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Session } from '../../../src/daemon/session.ts';
import { cases, type GoldenCase } from '../goldens/cases.ts';
import { joinCases } from './golden-cases.ts';

const [objects = '', orc = ''] = process.argv.slice(2);

function auditctl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('auditctl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`auditctl ${args.join(' ')}: ${stderr}`);
}

async function run(entry: GoldenCase, object: string): Promise<{ name: string; log: string }> {
  let log = '';
  using session = await Session.open({
    policies: [join(objects, object)],
    only: entry.programs,
    sink: { write: (lines) => (log += Buffer.from(lines).toString('latin1')) },
    json: false,
    join: 'instead',
  });
  const stop = new AbortController();
  const running = session.run(stop.signal);
  for (const rule of entry.rules ?? []) auditctl(...rule);
  await once(spawn(orc, entry.trigger, { cwd: '/', stdio: 'ignore' }), 'exit');
  // The session ends when it has brought together what it saw; this is for records that nobody decided about.
  await setTimeout(50);
  stop.abort();
  await running;
  auditctl('-D');
  return { name: entry.name, log };
}

for (const { golden, object } of joinCases) {
  const entry = cases.find(({ name }) => name === golden);
  if (!entry) throw new Error(`no case ${golden}`);
  process.stdout.write(`${JSON.stringify(await run(entry, object))}\n`);
}
