import { describe, expect, it } from 'vitest';
import { parseArguments, parseCommandLine } from '../../src/rules/parse-command.ts';
import { BARE_CONTEXT } from '../../src/rules/rule-context.ts';
import { RuleError } from '../../src/rules/rule-error.ts';

const source = { file: 'a.rules', line: 3 };

function bodies(line: string): unknown[] {
  return parseCommandLine(line, source, BARE_CONTEXT).map(
    ({ source: _source, column: _column, ...body }) => body,
  );
}

function refusal(line: string): { code: string; message: string; hint: string | undefined } {
  try {
    parseCommandLine(line, source, BARE_CONTEXT);
  } catch (error) {
    if (error instanceof RuleError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`accepted: ${line}`);
}

describe('settings and verbs', () => {
  it.each([
    ['-D', [{ kind: 'delete-all', key: undefined }]],
    ['-D -k web', [{ kind: 'delete-all', key: 'web' }]],
    ['-b 8192', [{ kind: 'set', setting: 'backlog-limit', value: 8192 }]],
    [
      '-e 2 -f 1',
      [
        { kind: 'set', setting: 'enabled', value: 2 },
        { kind: 'set', setting: 'failure', value: 1 },
      ],
    ],
    ['-r 0x10', [{ kind: 'set', setting: 'rate-limit', value: 16 }]],
    ['--backlog_wait_time 60000', [{ kind: 'set', setting: 'backlog-wait-time', value: 60000 }]],
    ['--backlog=1', [{ kind: 'set', setting: 'backlog-wait-time', value: 1 }]],
    ['-l -k web', [{ kind: 'list', key: 'web', interpret: false, where: false }]],
    ['-li', [{ kind: 'list', key: undefined, interpret: true, where: false }]],
    ['-s -i', [{ kind: 'status', interpret: true }]],
    ['-s', [{ kind: 'status', interpret: false }]],
    ['-c', [{ kind: 'continue' }]],
    ['-i', [{ kind: 'ignore' }]],
    ['-q /mnt,/srv', [{ kind: 'equivalent', mount: '/mnt', subtree: '/srv' }]],
    ['--signal rotate', [{ kind: 'signal', signal: 'SIGUSR1' }]],
    ['--loginuid-immutable', [{ kind: 'loginuid-immutable' }]],
    ['--reset-lost', [{ kind: 'reset-lost' }]],
    ['--reset_backlog_wait_time_actual', [{ kind: 'reset-backlog-wait-time-actual' }]],
    ['-t', [{ kind: 'trim' }]],
    ['-v', [{ kind: 'version' }]],
    ['-R /etc/audit/audit.rules', [{ kind: 'read', file: '/etc/audit/audit.rules' }]],
    ['-m two\\ words', [{ kind: 'message', text: 'two words' }]],
    ['-l --where -k web', [{ kind: 'list', key: 'web', interpret: false, where: true }]],
    ['-l -i --where', [{ kind: 'list', key: undefined, interpret: true, where: true }]],
    ['', []],
  ])('%s', (line, expected) => {
    expect(bodies(line)).toEqual(expected);
  });

  it('tells adding from deleting', () => {
    const kinds = ['-a always,exit', '-A always,exit', '-w /x', '-d always,exit', '-W /x'].map(
      (line) => parseCommandLine(line, source, BARE_CONTEXT)[0]?.kind,
    );
    expect(kinds).toEqual(['add', 'add', 'add', 'delete', 'delete']);
  });

  it('warns about names that another ABI numbers differently', () => {
    const [command] = parseArguments(['-a', 'always,exit', '-S', 'open'], BARE_CONTEXT);
    expect(command).toMatchObject({ warnings: [expect.stringContaining('32-bit')] });
  });

  it('takes a word with spaces from the command line as it is', () => {
    const [command] = parseArguments(['-w', '/srv/a b', '-p', 'r'], BARE_CONTEXT);
    expect(command).toMatchObject({ rule: { fields: [{ text: '/srv/a b' }, { value: 4 }] } });
  });
});

describe('errors', () => {
  it.each([
    [
      '-a always,exit -F uuid=0',
      'E_RULE_FIELD',
      'a.rules:3:19: "uuid" is not a field',
      'did you mean "uid"?',
    ],
    [
      '-a always,exit -S opne',
      'E_RULE_SYSCALL',
      'a.rules:3:19: "opne" is not a system call of x86_64, nor a number below 2048',
      'did you mean "open"?',
    ],
    [
      '-a always,exti -S open',
      'E_RULE_SYNTAX',
      'a.rules:3:11: "exti" is not a list; expected one of user, task, exit, exclude, filesystem, io_uring, bpf',
      'did you mean "exit"?',
    ],
    [
      '-a alway,exit',
      'E_RULE_SYNTAX',
      'a.rules:3:4: "alway" is not an action; expected always or never',
      'did you mean "always"?',
    ],
    [
      '-a always,exit -S open,clsoe',
      'E_RULE_SYSCALL',
      'a.rules:3:24: "clsoe" is not a system call of x86_64, nor a number below 2048',
      'did you mean "close"?',
    ],
    [
      '-a always,exit -F exit=-EACCESS',
      'E_RULE_VALUE',
      'a.rules:3:24: exit: "-EACCESS" is not a number or an error name',
      'did you mean "-EACCES"?',
    ],
    [
      '-a always,exit -F uid==0',
      'E_RULE_SYNTAX',
      'a.rules:3:22: "==" is not an operator; expected FIELD, an operator (= != > >= < <= & &=) and a value, such as uid=0',
      'did you mean "="?',
    ],
    [
      '-a always,exit -F uid=>0',
      'E_RULE_SYNTAX',
      'a.rules:3:22: "=>" is not an operator; expected FIELD, an operator (= != > >= < <= & &=) and a value, such as uid=0',
      'did you mean ">="?',
    ],
    [
      '-a always,exit -F hook=file_open',
      'E_RULE_FIELD',
      'a.rules:3:19: "hook" is not a field',
      'this field exists only on the list bpf: -a always,bpf',
    ],
    [
      '-a always,exit -S open # opens',
      'E_RULE_SYNTAX',
      'a.rules:3:24: "#" belongs to no option',
      'a comment needs a line of its own',
    ],
    [
      '--reset_lost',
      'E_RULE_SYNTAX',
      'a.rules:3:1: --reset_lost is not an option',
      'did you mean "--reset-lost"?',
    ],
    ['-e 3', 'E_RULE_VALUE', 'a.rules:3:4: -e: "3" is not 0, 1 or 2', undefined],
    ['-b', 'E_RULE_SYNTAX', 'a.rules:3:1: -b needs a value after it', undefined],
    [
      '--signal rotat',
      'E_RULE_VALUE',
      'a.rules:3:10: --signal: "rotat" is not one of term, stop, hup, reload, usr1, rotate, usr2, resume, cont, state',
      'did you mean "rotate"?',
    ],
    [
      '-m a\u0007b',
      'E_RULE_VALUE',
      'a.rules:3:5: -m: a control character cannot go into a record',
      undefined,
    ],
    [
      '-S open',
      'E_RULE_PLACE',
      'a.rules:3:1: no list is named; expected -a LIST,ACTION or -w PATH',
      undefined,
    ],
    [
      '-a always,exit -S open -F key=' + 'k'.repeat(257),
      'E_RULE_LIMIT',
      'a.rules:3:31: the keys of one rule: 257 bytes; the kernel takes 256',
      undefined,
    ],
  ])('%s', (line, code, message, hint) => {
    expect(refusal(line)).toEqual({ code, message, hint });
  });

  it('names the command line when there is no file', () => {
    expect(() => parseArguments(['-a', 'always,exit', '-F', 'uuid=0'], BARE_CONTEXT)).toThrow(
      'command line:19: "uuid" is not a field',
    );
  });

  it('prints what it was given without control characters', () => {
    const { message } = refusal('-a always,exit -F \u001b[2J\u202e=0');
    expect(message).toBe('a.rules:3:19: "\\x1b[2j\\u202e" is not a field');
  });

  it('refuses more fields than the kernel takes', () => {
    const line = `-a always,exit${' -F a0=1'.repeat(65)}`;
    expect(refusal(line).code).toBe('E_RULE_LIMIT');
    expect(bodies(`-a always,exit${' -F a0=1'.repeat(64)}`)).toHaveLength(1);
  });
});
