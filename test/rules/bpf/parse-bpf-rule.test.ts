import { describe, expect, it } from 'vitest';
import { addressBytes, addressText, maskAddress } from '../../../src/rules/bpf/address.ts';
import { parseRule } from '../../../src/rules/parse-rule.ts';
import { printRule } from '../../../src/rules/print-rule.ts';
import { RuleError } from '../../../src/rules/rule-error.ts';
import { Random } from '../../helpers/random.ts';

const source = { file: 'a.rules', line: 3 };

describe('printing', () => {
  it.each([
    [
      '-a bpf,always -F loginuid=unset -F sessionid!=-1 -k a -k b',
      '-a always,bpf -F auid=-1 -F ses!=-1 -F key=a -F key=b',
    ],
    [
      '-A never,bpf -F capability=CAP_NET_RAW -F saddr_fam=10',
      '-A never,bpf -F capability=net_raw -F saddr_fam=inet6',
    ],
    ['-a never,bpf -F daddr=10.9.8.7/8 -F dest>=1024', '-a never,bpf -F daddr=10.0.0.0/8 -F dport>=1024'],
    ['-a never,bpf -F daddr=FD00:0:0:1:0:0:0:9', '-a never,bpf -F daddr=fd00:0:0:1::9'],
    ['-a never,bpf -F dir=/srv/a\\ b/ -F cgroup=/', '-a never,bpf -F dir=/srv/a\\ b -F cgroup=/'],
    ['-a never,bpf -F path=/back\\\\slash', '-a never,bpf -F path=/back\\\\slash'],
    ['-a never,bpf -F cause=a=b!', '-a never,bpf -F cause=a=b!'],
    ['-a never,bpf -F verdict!=deny -F verdict!=allow', '-a never,bpf -F verdict=allow -F verdict=deny'],
    ['-a never,bpf -F verdict>=-13', '-a never,bpf -F verdict>=-EACCES'],
    ['-a never,bpf -C euid!=uid', '-a never,bpf -C euid!=uid'],
    ['-a never,bpf -F prog-id=0012', '-a never,bpf -F prog=10'],
    ['-d never,bpf -F ino=3', '-a never,bpf -F inode=3'],
  ])('%s', (line, printed) => {
    expect(printRule(parseRule(line, source))).toBe(printed);
  });
});

describe('errors', () => {
  it.each([
    [
      '-a always,bpf -F polcy=x',
      'E_RULE_FIELD',
      ':18: "polcy" is not a field of the list bpf',
      'did you mean "policy"?',
    ],
    [
      '-a always,bpf -F uuid=0',
      'E_RULE_FIELD',
      ':18: "uuid" is not a field of the list bpf',
      'did you mean "uid"?',
    ],
    [
      '-a always,bpf -S open',
      'E_RULE_PLACE',
      ':15: -S cannot be used on the list bpf, which looks at hooks, not at system calls',
      'use -F hook=',
    ],
    ['-a always,bpf -p wa', 'E_RULE_PLACE', ':15: -p cannot be used on the list bpf', undefined],
    [
      '-a always,bpf -F verdict=denied',
      'E_RULE_VALUE',
      ':26: verdict: "denied" is not a verdict; expected allow, deny or an error such as -EPERM',
      'did you mean "deny"?',
    ],
    [
      '-a always,bpf -F hook=bpf_lsm_file_open',
      'E_RULE_VALUE',
      ':23: hook: "bpf_lsm_file_open" is not the bare name of a hook',
      'use hook=file_open',
    ],
    [
      '-a always,bpf -F hook=File',
      'E_RULE_VALUE',
      ':23: hook: "File" is not the name of an LSM hook, such as file_open',
      undefined,
    ],
    [
      '-a always,bpf -F capability=sys_adm',
      'E_RULE_VALUE',
      ':29: capability: "sys_adm" is not a name or number of this kind',
      'did you mean "sys_admin"?',
    ],
    [
      '-a always,bpf -F daddr=10.0.0.0/33',
      'E_RULE_VALUE',
      ':24: daddr: "10.0.0.0/33" is not an address such as 10.0.0.0/8 or fd00::/8',
      undefined,
    ],
    [
      '-a always,bpf -F daddr=example.org',
      'E_RULE_VALUE',
      ':24: daddr: "example.org" is not an address such as 10.0.0.0/8 or fd00::/8',
      undefined,
    ],
    [
      '-a always,bpf -F dport=65536',
      'E_RULE_VALUE',
      ':24: dport: "65536" is not a port, 0 to 65535',
      undefined,
    ],
    ['-a always,bpf -F dir=etc', 'E_RULE_VALUE', ':22: dir: "etc" does not start with "/"', undefined],
    [
      '-a always,bpf -F comm=sixteen-letters!',
      'E_RULE_VALUE',
      ':23: comm: "sixteen-letters!" exceeds 15 bytes, so no process has this name',
      undefined,
    ],
    [
      '-a always,bpf -F inode=18446744073709551616',
      'E_RULE_VALUE',
      ':24: inode: "18446744073709551616" is not a number of at most 64 bits',
      undefined,
    ],
    ['-a always,bpf -F path>/x', 'E_RULE_OPERATOR', ':22: path does not take ">"; expected = !=', undefined],
    [
      '-a always,bpf -C uid=gid',
      'E_RULE_FIELD',
      ':18: "uid" cannot be compared with "gid"',
      'fields that can be compared: uid, euid, suid, fsuid, auid; or gid, egid, sgid, fsgid',
    ],
    [
      '-a always,bpf -F prog=a/b',
      'E_RULE_VALUE',
      ':23: prog: "a/b" is neither the name nor the id of a BPF program',
      undefined,
    ],
  ])('%s', (line, code, message, hint) => {
    try {
      parseRule(line, source);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      expect([error.code, error.message, error.hint]).toEqual([code, `a.rules:3${message}`, hint]);
      return;
    }
    expect.fail('accepted');
  });
});

describe('addresses', () => {
  it.each([
    ['::', '::'],
    ['1::', '1::'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['0:0:1::', '0:0:1::'],
    ['255.0.1.2', '255.0.1.2'],
  ])('%s is %s', (text, canonical) => {
    expect(addressText(addressBytes(text) ?? new Uint8Array(4))).toBe(canonical);
  });

  it.each(['', '1.2.3', '1.2.3.256', ':::', 'fe80::1%eth0', '1:2:3:4:5:6:7:8:9', 'x'])(
    '%s is none',
    (text) => {
      expect(addressBytes(text)).toBeUndefined();
    },
  );

  it('survive being printed', () => {
    const random = new Random(42);
    for (let each = 0; each < 5000; each++) {
      const bytes = Uint8Array.from({ length: random.pick([4, 16]) }, () =>
        random.once(2) ? 0 : random.below(256),
      );
      expect(addressBytes(addressText(bytes))).toEqual(bytes);
    }
  });

  it('are masked bit by bit', () => {
    expect([...maskAddress(Uint8Array.of(255, 255, 255, 255), 13)]).toEqual([255, 248, 0, 0]);
    expect([...maskAddress(Uint8Array.of(255, 255, 255, 255), 0)]).toEqual([0, 0, 0, 0]);
    expect([...maskAddress(Uint8Array.of(255, 255, 255, 255), 32)]).toEqual([255, 255, 255, 255]);
  });
});
