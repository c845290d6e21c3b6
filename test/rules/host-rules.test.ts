import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditControl } from '../../src/netlink/audit-control.ts';
import { hostContext } from '../../src/rules/host-context.ts';
import { decodeRule, encodeRule } from '../../src/rules/kernel-bytes.ts';
import { parseRule } from '../../src/rules/parse-rule.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { isBpfRule } from '../../src/rules/rule.ts';
import { isComment } from '../../src/rules/words.ts';
import { lockAudit } from '../helpers/audit-lock.ts';
import {
  clearRules,
  listLines,
  loadWithAuditctl,
  whyNoHostRules,
  type Loaded,
} from '../helpers/host-rules.ts';
import { Random } from '../helpers/random.ts';
import { randomKernelLine } from '../helpers/random-kernel.ts';
import { packWords } from '../helpers/auditctl.ts';
import { sharedPath, whyNoShared } from '../helpers/shared.ts';

// Loads rules into this machine's kernel, once with the real auditctl and once with ours, and compares what the
// kernel then lists, byte by byte. Nothing is left behind.
const lock = await lockAudit();
const whyNot = await whyNoHostRules();
const whyNoCorpus = whyNot ?? whyNoShared('corpora', 'audit-userspace', 'rules');

const source = { file: 'host', line: 1 };
const context = hostContext();

describe.skipIf(whyNot !== undefined)(
  `rules in the kernel${whyNot === undefined ? '' : `: ${whyNot}`}`,
  () => {
    let control: AuditControl;
    beforeAll(() => {
      control = AuditControl.open();
    });
    afterAll(() => control[Symbol.dispose]());

    async function loadWithOurs(lines: readonly string[]): Promise<Loaded> {
      const refused = new Map<number, string>();
      for (const [at, line] of lines.entries()) {
        try {
          const rule = parseRule(line, source, context);
          if (!isBpfRule(rule)) await control.addRule(encodeRule(rule));
        } catch (error) {
          refused.set(at + 1, error instanceof Error ? error.message : String(error));
        }
      }
      const loaded = { refused, rules: await control.listRules(), listed: listLines() };
      await clearRules(control);
      return loaded;
    }

    it('are the same bytes, whoever loads them', async () => {
      const lines = GOOD_LINES;
      const theirs = await loadWithAuditctl(control, lines);
      const ours = await loadWithOurs(lines);
      expect([...theirs.refused]).toEqual([]);
      expect([...ours.refused]).toEqual([]);
      expect(ours.rules.map(packWords)).toEqual(theirs.rules.map(packWords));
      expect(ours.listed).toEqual(theirs.listed);
      expect(ours.rules.map((rule) => printRule(decodeRule(rule)))).toEqual(theirs.listed);
    });

    it('are the same bytes for 200 random lines', async () => {
      const random = new Random(309);
      const lines = Array.from({ length: 200 }, (_, at) => randomKernelLine(random, at));
      const theirs = await loadWithAuditctl(control, lines);
      const ours = await loadWithOurs(lines);
      expect([...theirs.refused].map(([line, why]) => `${lines[line - 1]}: ${why}`)).toEqual([]);
      expect([...ours.refused]).toEqual([]);
      expect(ours.rules.map(packWords)).toEqual(theirs.rules.map(packWords));
      // In the list, auditctl drops the "!" of "exe!=", and a rule without arch gets the names of calls from the
      // architecture of the rule listed before it.
      const listed = ours.rules.map((rule) => printRule(decodeRule(rule)).replace(' exe!=', ' exe='));
      expect(listed.filter(isUnambiguous)).toEqual(theirs.listed.filter(isUnambiguous));
      expect(listed).toHaveLength(theirs.listed.length);
    }, 180_000);

    it('are deleted by the rule as it was written', async () => {
      for (const line of GOOD_LINES) {
        const rule = parseRule(line, source, context);
        if (isBpfRule(rule)) continue;
        await control.addRule(encodeRule(rule));
        await control.deleteRule(encodeRule(rule));
      }
      expect(await control.listRules()).toEqual([]);
    });

    it('are taken by the kernel on the list io_uring, which this auditctl does not know', async () => {
      const line = '-a always,io_uring -S openat,connect -F uid=0 -F key=ring';
      const rule = parseRule(line, source, context);
      if (isBpfRule(rule)) throw new Error('a rule of the list bpf');
      await control.addRule(encodeRule(rule));
      const listed = await control.listRules();
      await clearRules(control);
      expect(listed.map((bytes) => printRule(decodeRule(bytes)))).toEqual([
        '-a always,io_uring -S connect,openat -F uid=0 -F key=ring',
      ]);
    });

    describe.skipIf(whyNoCorpus !== undefined)(
      `of audit-userspace${whyNoCorpus ? `: ${whyNoCorpus}` : ''}`,
      () => {
        const directory = sharedPath('corpora', 'audit-userspace', 'rules');
        const files =
          whyNoCorpus === undefined ? readdirSync(directory).filter((file) => file.endsWith('.rules')) : [];

        it.each(files)('%s', async (file) => {
          const text = readFileSync(`${directory}/${file}`, 'utf8');
          // Settings are left out: they would change this machine, the last of them until its next boot.
          const lines = text.split('\n').filter((line) => !isComment(line) && /^-[aAw] /.test(line));
          const theirs = await loadWithAuditctl(control, lines);
          const ours = await loadWithOurs(lines.filter((_, at) => !theirs.refused.has(at + 1)));
          expect([...ours.refused]).toEqual([]);
          expect(ours.rules.map(packWords)).toEqual(theirs.rules.map(packWords));
          expect(ours.rules.map((rule) => printRule(decodeRule(rule)))).toEqual(theirs.listed);
          for (const [line, reason] of theirs.refused) expect(reason, lines[line - 1]).toMatch(EXCUSES);
        });
      },
    );
  },
);

afterAll(() => lock[Symbol.dispose]());

function isUnambiguous(line: string): boolean {
  return / -S all| arch|^-w/.test(line);
}

/** Why the real auditctl may refuse a line of a newer rules file: calls, users and paths that it does not have. */
const EXCUSES =
  /^(?:Syscall name unknown|Unknown user|Error sending add rule data request \(No such file|-F unknown)/;

const GOOD_LINES = [
  '-w /etc/passwd -p wa -k identity',
  '-w /etc -p wa',
  '-a always,exit -F arch=b64 -S open,openat -F a2&0100 -F exit=-EACCES -F auid>=1000 -F auid!=unset -F key=a',
  '-a always,exit -F arch=b32 -S all -C uid!=euid -F euid=0 -k setuid',
  '-a always,exit -F arch=b64 -S execve -F exe=/usr/bin/env -F ppid=1 -F sessionid!=-1 -k b -k c',
  '-a always,exit -F arch=b64 -S connect -F saddr_fam=2 -F success=0',
  '-a never,exit -F arch=b64 -S mount -F filetype=dir -F devmajor=8 -F devminor&1 -F inode=33',
  '-a always,exit -F dir=/usr/local/ -F perm=x -F obj_uid=0 -F obj_gid!=0 -F pers=0',
  '-a never,task -F auid=0',
  '-a always,user -F msgtype=USER_AUTH -F uid=0',
  '-a always,exclude -F msgtype=1427 -F exe=/usr/bin/env',
  '-a always,exclude -F msgtype>=1400 -F msgtype<=1420 -F subj_type=x_t',
  '-a never,filesystem -F fstype=tracefs -F key=fs',
];
