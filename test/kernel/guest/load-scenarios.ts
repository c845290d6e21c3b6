import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { allCounters, readCounters, type ProgramCounters } from '../../../src/bpf/slots.ts';
import { libbpfNumber } from '../../../src/sys/libbpf.ts';
import { pin, unpin, type Ids } from './attach-scenarios.ts';
import { pause, Reader, storm, stress } from './commands.ts';
import { program, tool } from './place.ts';
import { PROTOCOL } from './protocols.ts';
import { collecting, freshLog, type SessionResult } from './session.ts';

const SMALL_RING = 65536;

/** A reader that was stopped while programs wrote more than the ring holds. */
export interface Overflow {
  readonly errnos: readonly Readonly<Record<string, number>>[];
  readonly counters: ProgramCounters | undefined;
  readonly programs: Ids;
  readonly log: string;
  readonly stderr: string;
}

/** The reader is stopped, goes on under load, and is ended when the last records were lost. */
export async function overflow(): Promise<Overflow> {
  const log = freshLog('overflow.log');
  const reader = await Reader.start('--ring', String(SMALL_RING), '--log', log, program('stress-load'));
  const errnos: Record<string, number>[] = [];
  reader.signal('SIGSTOP');
  errnos.push(storm(8, 100, PROTOCOL.LOAD));
  reader.signal('SIGCONT');
  errnos.push(storm(8, 100, PROTOCOL.LOAD));
  await pause(1500);
  reader.signal('SIGSTOP');
  errnos.push(storm(8, 50, PROTOCOL.LOAD));
  reader.signal('SIGCONT');
  await reader.stop();
  using maps = SharedMaps.open();
  const id = reader.programIds['load_deny'];
  return {
    errnos,
    counters: allCounters(maps.programs).find((each) => each.progId === id),
    programs: reader.programIds,
    log: readFileSync(log, 'latin1'),
    stderr: reader.stderr,
  };
}

/** The same in this process, as JSON, which shows every sequence number. */
export function overflowSequence(): SessionResult<Readonly<Record<string, number>>[]> {
  const options = { name: 'overflow-json', policies: ['stress-load'], json: true, ringSize: SMALL_RING };
  return collecting(options, (collector) => {
    const errnos: Record<string, number>[] = [];
    for (let round = 0; round < 4; round++) {
      errnos.push(storm(8, 20, PROTOCOL.LOAD));
      collector.drain();
    }
    return errnos;
  });
}

/** A ring without room: who denies, and who does not. */
export function fullRing(): SessionResult<Readonly<Record<string, Record<string, number>>>> {
  const options = {
    name: 'full-ring',
    policies: ['stress-load', 'stress-fail-open', 'stress-fail-closed'],
    ringSize: SMALL_RING,
  };
  return collecting(options, (collector) => {
    const roomOpen = storm(1, 1, PROTOCOL.FAIL_OPEN);
    const roomClosed = storm(1, 1, PROTOCOL.FAIL_CLOSED);
    const deny = storm(2, 100, PROTOCOL.LOAD);
    const fullOpen = storm(1, 3, PROTOCOL.FAIL_OPEN);
    const fullClosed = storm(1, 3, PROTOCOL.FAIL_CLOSED);
    collector.drain();
    const againClosed = storm(1, 1, PROTOCOL.FAIL_CLOSED);
    return { roomOpen, roomClosed, deny, fullOpen, fullClosed, againClosed };
  });
}

/** Long records from eight processes at once. */
export function chunks(): SessionResult<Readonly<Record<string, number>>> {
  return collecting({ name: 'chunks', policies: ['stress-chunks'] }, () =>
    stress(['open', '8', '25', '/dev/null']),
  );
}

/** Two processes in turn, each on a CPU of its own. */
export function turns(): SessionResult<Readonly<Record<string, number>>> {
  return collecting({ name: 'turns', policies: ['stress-load'] }, () =>
    stress(['turns', '100', String(PROTOCOL.LOAD)]),
  );
}

/** Readers that are killed under load. */
export interface Restarts {
  readonly kills: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly counters: ProgramCounters | undefined;
  /** What the readers, one after the other, left in one log of JSON lines. */
  readonly log: string;
}

/** Counters of the one program of somebody else's that wrote records. */
function foreignCounters(maps: SharedMaps): ProgramCounters | undefined {
  const key = Buffer.alloc(8);
  const value = Buffer.alloc(128);
  const map = maps.fd('bpf_audit_foreign');
  if (libbpfNumber('int bpf_map_get_next_key(int, const void *, void *)', map, null, key) < 0)
    return undefined;
  libbpfNumber('int bpf_map_lookup_elem(int, const void *, void *)', map, key, value);
  return readCounters(new DataView(value.buffer, value.byteOffset, value.length), 0);
}

/** The policy is pinned; readers come and are killed at any moment. */
export async function restarts(kills: number): Promise<Restarts> {
  const log = freshLog('restarts.json');
  pin('stress-load');
  try {
    const load = spawn(tool('stress'), ['storm', '2', '4000', String(PROTOCOL.LOAD), '3000']);
    const ended = once(load, 'close');
    let printed = '';
    load.stdout.setEncoding('latin1').on('data', (text: string) => {
      printed += text;
    });
    for (let kill = 0; kill < kills; kill++) {
      const reader = await Reader.start('--json', '--log', log);
      await pause(Math.floor(Math.random() * 400));
      await reader.stop('SIGKILL');
    }
    await ended;
    const last = await Reader.start('--json', '--log', log);
    await last.stop();
    using maps = SharedMaps.open();
    return {
      kills,
      calls: printed === '' ? {} : JSON.parse(printed),
      counters: foreignCounters(maps),
      log: readFileSync(log, 'latin1'),
    };
  } finally {
    unpin();
  }
}
