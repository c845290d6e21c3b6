import { describe, expect, test } from 'vitest';
import { parseRunArguments } from '../../vm/cli-arguments.ts';

const root = '/checkout';

describe('parseRunArguments', () => {
  test('has defaults', () => {
    expect(parseRunArguments(['--', 'uname', '-r'], root)).toEqual({
      showConsole: false,
      showTimes: false,
      options: {
        kernel: '6.12',
        command: ['uname', '-r'],
        add: [],
        programs: [],
        env: {},
        parallel: false,
        get: [],
        getInto: '/checkout/.output/guest',
      },
    });
  });

  test('takes every option', () => {
    const line =
      '--kernel 7.2 --add a:b:/c --add d:/e --program strace --cwd /w --env A=1=2 --append audit=0 --timeout 1.5 ' +
      '--memory 512 --cpus 1 --parallel --get /x --get /y --into /z --console --times -- sh -c exit';
    expect(parseRunArguments(line.split(' '), root)).toEqual({
      showConsole: true,
      showTimes: true,
      options: {
        kernel: '7.2',
        command: ['sh', '-c', 'exit'],
        add: [
          { source: 'a:b', destination: '/c' },
          { source: 'd', destination: '/e' },
        ],
        programs: ['strace'],
        env: { A: '1=2' },
        parallel: true,
        get: ['/x', '/y'],
        getInto: '/z',
        cwd: '/w',
        append: 'audit=0',
        timeoutMs: 1500,
        memoryMib: 512,
        cpus: 1,
      },
    });
  });

  test.each([
    [[], 'no command'],
    [['--kernel', '6.1'], 'no command'],
    [['--'], 'no command'],
    [['--what', '--', 'true'], '--what'],
    [['stray', '--', 'true'], 'stray'],
    [['--add', 'a', '--', 'true'], 'SRC:DEST'],
    [['--env', '1=2', '--', 'true'], 'NAME=VALUE'],
    [['--timeout', '-1', '--', 'true'], '--timeout'],
    [['--timeout', '0', '--', 'true'], 'positive'],
    [['--cpus', 'two', '--', 'true'], 'positive'],
  ])('refuses %j', (args, problem) => {
    expect(() => parseRunArguments(args, root)).toThrow(problem);
  });
});
