import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ABI_VERSION } from '../../src/abi/abi.ts';
import { LAYOUT } from '../../src/abi/layout.ts';
import { checkLayout } from '../../src/abi/layout-check.ts';
import { RESERVED_NAMES } from '../../src/audit/write/reserved.ts';
import { Btf } from '../../src/bpf/btf.ts';
import { decodeEvent } from '../../src/events/decode.ts';
import { isCustomName } from '../../src/events/custom-text.ts';
import { BpfCompiler, elfSection, whyNoCompiler } from '../helpers/bpf-compiler.ts';
import { eventChunk, memoryOf, text } from '../helpers/chunks.ts';

const include = join(import.meta.dirname, '../../bpf/include');
const header = join(include, 'bpf_audit/reserved.bpf.h');
const whyNot = whyNoCompiler();

/** A policy with a field of each of these names. */
function policyWith(...names: readonly string[]): string {
  const calls = names.map((name) => `bpf_audit_log_u64(ac, ${JSON.stringify(name)}, 1);`);
  return `SEC("lsm/file_open") int BPF_PROG(p, struct file *f)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	if (!ac)
		return 0;
	${calls.join('\n\t')}
	bpf_audit_log_end(ac);
	return 0;
}`;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-header-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('header and reader reserve the same names', () => {
  const names = [...readFileSync(header, 'utf8').matchAll(/\bX\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(names)).toEqual(RESERVED_NAMES);
});

test('everything that a record has of itself is reserved', () => {
  const head = { context: 0x31, prog_id: 1, exe_ino: 2, missing: 1 };
  const { bytes, view } = memoryOf(eventChunk({ head, comm: text('x') }));
  const event = decodeEvent(bytes, view, 0, []);
  for (const name of [...Object.keys(event), 'type', 'time', 'serial', 'prog', 'hook']) {
    expect(RESERVED_NAMES.has(name), name).toBe(true);
  }
});

describe.skipIf(whyNot !== undefined)('with a compiler', () => {
  let compiler: BpfCompiler;
  beforeAll(() => {
    compiler = new BpfCompiler(folder);
  });

  const good = ['load', 'a', 'a-b_9', 'x0', 'uidx', 'a'.repeat(31)];
  const reserved = ['uid', 'res', 'nl-msgtype', 'time', 'watch'];
  const bad = ['', 'a b', 'x=1', 'a\nuid', 'a"b', 'Upper', 'aB', '9a', '-a', 'a\u00e9', 'a'.repeat(32)];

  test('good names compile, and the object has the layout that the reader expects', () => {
    const object = join(folder, 'object.o');
    expect(compiler.compile(policyWith(...good), 'object.o')).toBe('');
    for (const name of good)
      expect(isCustomName(memoryOf(text(name)).bytes, 0, name.length), name).toBe(true);
    const btf = new Btf(elfSection(object, '.BTF'));
    expect(() => checkLayout(btf, 'object.o')).not.toThrow();
    for (const [name, { size }] of Object.entries(LAYOUT)) expect(btf.struct(name)?.size, name).toBe(size);
    expect(btf.functions('p')).toContain('p');
    expect(btf.struct('no_such_struct')).toBeUndefined();
    expect(btf.parameters('no_such_function')).toBeUndefined();
  });

  test.each(reserved)('the compiler refuses the name %s of audit', (name) => {
    const said = compiler.compile(policyWith(name), 'bad.o');
    expect(said).toContain('bpf_audit: this field name belongs to audit');
    expect(isCustomName(memoryOf(text(name)).bytes, 0, name.length)).toBe(false);
  });

  test.each(bad)('the compiler refuses the name %j', (name) => {
    const said = compiler.compile(policyWith(name), 'bad.o');
    expect(said).toContain('bpf_audit: a field name is a literal of 1 to 31');
    expect(isCustomName(memoryOf(Buffer.from(name)).bytes, 0, Buffer.byteLength(name))).toBe(false);
  });

  test('the compiler refuses a name that is no literal', () => {
    const body = policyWith('load').replace('"load"', '(const char *)f');
    expect(compiler.compile(body, 'bad.o')).toContain('bpf_audit: a field name is a literal');
  });

  test.each([
    [
      'another version',
      '#define BPF_AUDIT_ABI 1',
      '#define BPF_AUDIT_ABI 2',
      `ABI version 2, expected ${ABI_VERSION}`,
    ],
    [
      'a member elsewhere',
      '	__u32 tgid;\n	__u32 tid;',
      '	__u32 tid;\n	__u32 tgid;',
      'bpf_audit_event.tgid at offset 76, expected 72',
    ],
    [
      'another size',
      '	char netif_name[16];',
      '	char netif_name[24];',
      'struct bpf_audit_net has 112 bytes, expected 104',
    ],
    [
      'another shared state',
      '	__u32 asleep;',
      '	__u32 awake;\n	__u32 asleep;',
      'struct bpf_audit_state has 8264 bytes, expected 8256',
    ],
  ])('an object that was built against %s is refused', (_, from, to, message) => {
    const other = join(folder, 'include');
    cpSync(include, other, { recursive: true });
    const path = join(other, 'bpf_audit_abi.h');
    const source = readFileSync(path, 'utf8');
    expect(source).toContain(from);
    writeFileSync(path, source.replace(from, to).replaceAll(/^_Static_assert.*$/gm, ''));
    const object = join(folder, 'other.o');
    expect(compiler.compile(policyWith('load'), 'other.o', other)).toBe('');
    expect(() => checkLayout(new Btf(elfSection(object, '.BTF')), 'other.o')).toThrow(
      expect.objectContaining({ code: 'E_ABI', message: `check other.o: ${message}` }),
    );
  });
});

test('what is no BTF is refused', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(64), Buffer.from('hello')]) {
    expect(() => new Btf(bytes)).toThrow(expect.objectContaining({ code: 'E_BTF' }));
  }
});
