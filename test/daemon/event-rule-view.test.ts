import { describe, expect, it } from 'vitest';
import {
  CONTEXT,
  EVENT_AT,
  FIELD,
  FIELD_AT,
  FORM,
  NET_AT,
  OBJECT,
  OBJECT_AT,
  SIZE,
} from '../../src/abi/abi.ts';
import { EventRuleView } from '../../src/daemon/event-rule-view.ts';
import { compileBpfRules } from '../../src/rules/bpf/compile.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { isBpfRule } from '../../src/rules/rule.ts';

const ORIGIN = { policy: 'egress', prog: 'deny_connect', hook: 'socket_connect', progId: 7 };
const OFFSET = 64;

/** An event chunk with its fields, at {@link OFFSET} of a larger buffer, as it lies in the ring. */
function event(fields: readonly [type: number, payload: Uint8Array][]): {
  bytes: Uint8Array;
  view: DataView;
} {
  const bytes = new Uint8Array(4096).fill(0xee);
  const view = new DataView(bytes.buffer);
  bytes.fill(0, OFFSET, OFFSET + SIZE.event);
  for (const [offset, value] of [
    [EVENT_AT.tgid, 100],
    [EVENT_AT.ppid, 1],
    [EVENT_AT.uid, 1000],
    [EVENT_AT.euid, 0],
    [EVENT_AT.auid, 0xffffffff],
    [EVENT_AT.exe_dev, 0x800001],
    [EVENT_AT.context, CONTEXT.VERDICT],
  ] as const) {
    view.setUint32(OFFSET + offset, value, true);
  }
  view.setInt32(OFFSET + EVENT_AT.verdict, -1, true);
  view.setBigUint64(OFFSET + EVENT_AT.cgroup, 42n, true);
  view.setBigUint64(OFFSET + EVENT_AT.exe_ino, 99n, true);
  bytes.set(Buffer.from('curl'), OFFSET + EVENT_AT.comm);
  let at = OFFSET + SIZE.event;
  for (const [type, payload] of fields) {
    bytes.fill(0, at, at + SIZE.field);
    bytes[at + FIELD_AT.type] = type;
    view.setUint32(at + FIELD_AT.len, payload.length, true);
    bytes.set(payload, at + SIZE.field);
    at += SIZE.field + ((payload.length + 7) & ~7);
  }
  view.setUint32(OFFSET + EVENT_AT.len, at - OFFSET, true);
  return { bytes, view };
}

function pointed(...fields: [type: number, payload: Uint8Array][]): EventRuleView {
  const { bytes, view } = event(fields);
  const cgroups = new Map([[42n, '/system.slice/web.service']]);
  return new EventRuleView((id) => cgroups.get(id)).point(bytes, view, OFFSET, [], ORIGIN);
}

function object(path: string): Uint8Array {
  const text = Buffer.from(path, 'latin1');
  const bytes = new Uint8Array(SIZE.object + text.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(OBJECT_AT.ino, 12n, true);
  view.setUint32(OBJECT_AT.dev, (253 << 20) | 3, true);
  view.setUint16(OBJECT_AT.form, FORM.PLAIN, true);
  view.setUint16(OBJECT_AT.flags, OBJECT.INODE, true);
  bytes.set(text, SIZE.object);
  return bytes;
}

function net(family: number, address: readonly number[], port: number): Uint8Array {
  const bytes = new Uint8Array(SIZE.net);
  const view = new DataView(bytes.buffer);
  view.setUint16(NET_AT.sk_family, family, true);
  view.setUint16(NET_AT.family, family, true);
  view.setUint16(NET_AT.dport, port, false);
  bytes.set(address, NET_AT.daddr);
  return bytes;
}

function matches(view: EventRuleView, conditions: string): boolean {
  const rule = parseRule(`-a never,bpf ${conditions}`, { file: 'test', line: 1 });
  if (!isBpfRule(rule)) throw new Error('not a rule of the list bpf');
  return compileBpfRules([rule], () => ({ inode: 99n, device: 0x800001 })).match(view) === 0;
}

describe('the subject', () => {
  const view = pointed();

  it.each([
    '-F policy=egress -F prog=deny_connect -F prog=7 -F hook=socket_connect',
    '-F pid=100 -F ppid=1 -F uid=1000 -F euid=0 -F gid=0 -F ses=0',
    '-F auid=unset -F verdict=deny -F verdict=-EPERM -C uid!=euid',
    '-F comm=curl -F exe=/usr/bin/curl',
    '-F cgroup=/system.slice -F cgroup=42',
  ])('%s', (conditions) => {
    expect(matches(view, conditions)).toBe(true);
  });
});

describe('the object', () => {
  it('is a file', () => {
    const view = pointed([FIELD.CAUSE, Buffer.from('not allowed')], [FIELD.FILE, object('/etc/shadow')]);
    expect(matches(view, '-F path=/etc/shadow -F dir=/etc -F inode=12 -F devmajor=253 -F devminor=3')).toBe(
      true,
    );
    expect(matches(view, '-F cause=not\\ allowed')).toBe(true);
    expect(view.daddr).toBeUndefined();
  });

  it('is an address', () => {
    const view = pointed([FIELD.NET, net(2, [10, 1, 2, 3], 443)]);
    expect(matches(view, '-F daddr=10.0.0.0/8 -F dport=443 -F saddr_fam=inet')).toBe(true);
    expect([view.saddr, view.sport, view.laddr, view.path, view.inode]).toEqual(Array(5).fill(undefined));
  });

  it('is an IPv6 address', () => {
    const address = [0xfd, ...Array<number>(14).fill(0), 1];
    expect(matches(pointed([FIELD.NET, net(10, address, 0)]), '-F daddr=fd00::1 -F saddr_fam=inet6')).toBe(
      true,
    );
  });

  it('is a socket of another family, which has no address', () => {
    const view = pointed([FIELD.NET, net(1, [1, 2, 3, 4], 80)]);
    expect([view.saddrFam, view.daddr, view.dport]).toEqual([1, undefined, undefined]);
  });

  it('is a capability', () => {
    expect(matches(pointed([FIELD.CAP, Uint8Array.of(21, 0, 0, 0)]), '-F capability=sys_admin')).toBe(true);
  });

  it('is nothing', () => {
    const view = pointed();
    expect([view.path, view.cause, view.capability, view.saddrFam, view.exe, view.devmajor]).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('is a path that is not UTF-8', () => {
    expect(pointed([FIELD.PATH, object('/tmp/\xff')]).path).toBe('/tmp/\udcff');
  });

  it('is too short to be one', () => {
    const view = pointed(
      [FIELD.FILE, new Uint8Array(8)],
      [FIELD.NET, new Uint8Array(8)],
      [FIELD.CAP, new Uint8Array(1)],
    );
    expect([view.path, view.inode, view.daddr, view.capability]).toEqual(Array(4).fill(undefined));
  });
});

it('is pointed at one event after the other', () => {
  const view = pointed([FIELD.CAUSE, Buffer.from('first')]);
  expect(view.cause).toBe('first');
  const next = event([[FIELD.CAUSE, Buffer.from('second')]]);
  view.point(next.bytes, next.view, OFFSET, [], { ...ORIGIN, progId: 0 });
  expect([view.cause, view.progId]).toEqual(['second', undefined]);
});
