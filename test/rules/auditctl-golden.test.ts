import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeRule, encodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { isBpfRule, type KernelRule } from '../../src/rules/rule.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { RuleError } from '../../src/rules/rule-error.ts';
import { packWords } from '../helpers/auditctl.ts';

// Made by scripts/generate-rule-goldens.ts with the real auditctl; the file says which.
interface Golden {
  readonly line: string;
  /** What auditctl sent to the kernel, as packWords writes it. */
  readonly sent?: string;
  /** What `auditctl -l` printed after; absent when the rule was refused. */
  readonly listed?: string;
  readonly said?: string;
}

const file = new URL('../golden/auditctl-rules.json', import.meta.url);
const { rules }: { rules: Golden[] } = JSON.parse(readFileSync(file, 'utf8'));

const DIRECTORIES = new Set(['/', '//', '/etc', '/etc/../etc']);
const context = { ...BARE_CONTEXT, isDirectory: (path: string) => DIRECTORIES.has(path) };
const source = { file: 'a.rules', line: 7 };

/** Where we differ on purpose, and why. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'the file is not there, which only the kernel can know': [
      '-w /nonexist/x -p r',
      '-a always,exit -F dir=/nonexist/ff',
    ],
    'this auditctl is built without io_uring': [
      '-a always,io_uring -S openat,connect -F uid=0 -k io',
      '-a always,io_uring -F uid=0',
    ],
    'auditctl reads a number up to the first letter': [
      '-a always,exit -F arch=b64 -S open -F uid=12abc',
      '-a always,exit -F arch=b64 -S open -F sessionid=foo',
    ],
    'auditctl reads an address family it does not know as 0': [
      '-a always,exit -F arch=b32 -S open -F exe=/usr/bin/ls -F ppid=1 -F pid!=2 -F sessionid=unset -F saddr_fam=inet -F filetype=dir',
      '-a always,exit -F arch=b64 -S open -F saddr_fam=inet6',
    ],
    'auditctl drops the bits that do not fit': [
      '-a always,exit -F a0=0xffffffffff',
      '-a always,exit -F uid=99999999999',
      '-a always,exit -F exit=-4294967283',
      '-a always,exit -F inode=99999999999',
      '-a always,exit -F arch=b64 -S open -F auid=4294967296',
      '-a always,exit -F arch=b64 -S open -F a0=-2147483649',
    ],
    'auditctl lists a rule that means something else, or that cannot be read back': [
      '-a always,exit -F perm=w',
      '-a always,exit -F arch=b64 -S open -F pers=0xffffffff',
      '-a always,exit -F arch=b64 -S open -F pid=4294967295',
      '-a always,exit -F arch=b64 -S open -F exe!=/usr/bin/ls',
      '-a always,exit -F perm=x -F key=z',
      '-a always,exit -F perm=wa -F path=/etc/passwd -k x',
      '-a never,exit -F path=/etc/group -F perm=w -k y',
      '-a always,exit -F perm=x -F dir=/etc -F key=z',
    ],
    'auditctl takes what then has no effect': [
      '-a always,exit -F arch=b64 -S open -F key!=abc',
      '-w /etc/passwd -S open',
      '-a always,exit -F arch=b64 -S open -F field_compare!=26',
      '-a always,task -F field_compare=1',
    ],
    'newer than auditctl 3.0.9': [
      '-a never,filesystem -F fstype=cgroup2 -F key=abc',
      '-a always,exit -F arch=b64 -S setxattrat',
      '-a always,exit -F arch=b64 -S 463',
      '-a always,exit -F arch=b64 -S fchmodat2',
      '-a always,exclude -F msgtype=1305 -F msgtype!=LANDLOCK_ACCESS',
    ],
    'the kernel puts the calls of a class in its place': ['-a always,exit -F arch=b64 -S 2040'],
    'the kernel does not keep that a rule was put first': [
      '-A always,exit -F arch=b64 -S 59,open -F inode=33 -F devmajor=8 -F devminor&1',
    ],
  }).flatMap(([why, lines]) => lines.map((line) => [line, why] as const)),
);

function parseKernelRule(line: string): KernelRule {
  const rule = parseRule(line, source, context);
  if (isBpfRule(rule)) throw new Error('a rule of the list bpf');
  return rule;
}

function outcome(golden: Golden): { sent?: string; listed?: string } {
  try {
    const bytes = encodeRule(parseKernelRule(golden.line));
    return { sent: packWords(bytes), listed: printRule(decodeRule(bytes)) };
  } catch (error) {
    if (error instanceof RuleError) return {};
    throw error;
  }
}

function expected({ sent, listed }: Golden): { sent?: string; listed?: string } {
  return sent === undefined || listed === undefined ? {} : { sent, listed };
}

describe('rules beside the real auditctl', () => {
  const same = rules.filter(({ line }) => !DIFFERENCES.has(line));

  it.each(same)('$line', (golden) => {
    expect(outcome(golden)).toEqual(expected(golden));
  });

  it.each([...DIFFERENCES])('%s: %s', (line) => {
    const golden = rules.find((candidate) => candidate.line === line);
    expect(golden).toBeDefined();
    if (golden !== undefined) expect(outcome(golden)).not.toEqual(expected(golden));
  });

  it('prints what reads back as the same rule', () => {
    // b64 and b32 mean the machine that reads, so a rule for another machine does not survive the list.
    const foreign = /arch=(aarch64|ppc|ppc64le|s390x|arm\w*) /;
    const accepted = rules.filter(
      ({ line }) => outcome({ line }).listed !== undefined && !foreign.test(line),
    );
    expect(accepted.length).toBeGreaterThan(100);
    for (const { line } of accepted) {
      const rule = parseKernelRule(line);
      expect(comparable(parseKernelRule(printRule(rule))), line).toEqual(comparable(rule));
    }
  });
});

// arch is printed first and a key last, so the order may change; -w drops a slash at the end.
function comparable(rule: KernelRule): object {
  const fields = rule.fields.map((field) => JSON.stringify(field).replace(/([^/])\/+"/, '$1"')).sort();
  return { ...rule, syscalls: rule.syscalls.join(' '), fields };
}
