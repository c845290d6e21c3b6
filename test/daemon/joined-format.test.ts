import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/audit/write/byte-writer.ts';
import { writeKernelLine } from '../../src/daemon/joined-format.ts';

const ID = { seconds: 1_795_151_761, milliseconds: 7, serial: 17 };

/** A record of the kernel as a line. */
function line(type: number, body: string): string {
  const out = new ByteWriter();
  writeKernelLine(out, type, ID, Buffer.from(body, 'latin1'), 0, body.length);
  return Buffer.from(out.view).toString('latin1');
}

test.each([
  [
    'as auditd writes it',
    1300,
    'arch=c000003e',
    'type=SYSCALL msg=audit(1795151761.007:17): arch=c000003e\n',
  ],
  ['type without a name in stock tools', 1427, 'x', 'type=UNKNOWN[1427] msg=audit(1795151761.007:17): x\n'],
  [
    'no space, newline or NUL at the end',
    1307,
    'cwd="/" \n\0',
    'type=CWD msg=audit(1795151761.007:17): cwd="/"\n',
  ],
  ['no line in the line', 1307, 'a\ntype=X\r\nb', 'type=CWD msg=audit(1795151761.007:17): a type=X  b\n'],
  ['no NUL in the line', 1307, 'a\0b', 'type=CWD msg=audit(1795151761.007:17): a b\n'],
  ['no EOE', 1320, '', ''],
])('a line of the kernel: %s', (_what, type, body, expected) => expect(line(type, body)).toBe(expected));
