import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BpfCompiler, whyNoCompiler } from '../helpers/bpf-compiler.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const POLICY = `SEC("lsm/file_open") int BPF_PROG(p, struct file *f)
{
	struct bpf_audit_context *ac = bpf_audit_log_start();

	if (!ac)
		return 0;
	bpf_audit_log_end(ac);
	return 0;
}`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfaudit-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function bpfaudit(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8' });
}

/** One line of error with code and hint, and the exit status. */
function expectRefusal(args: readonly string[], status: number, message: RegExp): void {
  const result = bpfaudit('run', ...args);
  expect(result.stderr).toMatch(/^bpfaudit: [^\n]+ \(E_\w+\); hint: [^\n]+\n$/);
  expect(result.stderr).toMatch(message);
  expect(result).toMatchObject({ status, stdout: '' });
}

describe('bpfaudit run refuses', () => {
  test('a policy that is missing', () => {
    expectRefusal([join(folder, 'none.o')], 1, /no such file or directory.* \(E_OBJECT_MISSING\)/i);
  });

  test('what is no ELF', () => {
    const path = join(folder, 'text.o');
    writeFileSync(path, 'int main(void) { return 0; }\n');
    expectRefusal([path], 1, /text\.o: not an ELF object \(E_NOT_ELF\)/);
    expectRefusal([folder], 1, /not an ELF object \(E_NOT_ELF\)/);
  });

  test('a program for another machine', () => {
    expectRefusal([process.execPath], 1, /ELF machine \d+, expected 247 \(BPF\) \(E_NOT_BPF\)/);
  });

  test('what only begins like a BPF object', () => {
    const head = Buffer.alloc(64);
    head.write('\x7fELF\x02\x01\x01', 'latin1');
    head.writeUInt16LE(247, 18);
    const path = join(folder, 'cut.o');
    writeFileSync(path, head);
    expectRefusal([path], 1, /cut\.o: .* \(E_OBJECT\)/);
  });

  test.each([
    [['--ring', '100000'], /--ring: expected a power of two from 65536 to 1073741824, found 100000/],
    [['--paths', 'magic'], /--paths: expected auto, helper or walk, found magic/],
    [['--nonsense'], /run: unknown option --nonsense \(E_USAGE\); hint: see bpfaudit run --help/],
  ])('%j', (args, message) => {
    expectRefusal(args, 2, message);
  });

  // a good policy is one whose hooks the running kernel has
  const whyNot =
    whyNoCompiler() ?? (existsSync('/sys/kernel/btf/vmlinux') ? undefined : 'no BTF of the kernel');
  describe.skipIf(whyNot !== undefined)('for a good policy', () => {
    beforeAll(() => {
      expect(new BpfCompiler(folder).compile(POLICY, 'good.o')).toBe('');
    });

    test('a log that is a link, and leaves alone what it points to', () => {
      const target = join(folder, 'target');
      writeFileSync(target, 'mine\n');
      symlinkSync(target, join(folder, 'link.log'));
      const args = [join(folder, 'good.o'), '--log', join(folder, 'link.log')];
      expectRefusal(
        args,
        1,
        /open log .*link\.log: .* \(ELOOP\) \(E_LOG\); hint: the log must be no symbolic link/,
      );
      expect(readFileSync(target, 'utf8')).toBe('mine\n');
    });

    test('a log that is a folder', () => {
      mkdirSync(join(folder, 'folder'));
      expectRefusal([join(folder, 'good.o'), '--log', join(folder, 'folder')], 1, /\(EISDIR\) \(E_LOG\)/);
    });
  });
});

test('bpfaudit run --help ends well', () => {
  const { status, stdout, stderr } = bpfaudit('run', '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Examples:');
});
