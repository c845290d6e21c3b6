import { expect, test } from 'vitest';
import { hostileNames } from '../guest/hostile-names.ts';
import type { ScenarioResults } from '../scenario-run.ts';
import { bytesOf, linesOf, parseLine, split } from './record-line.ts';

const PLACES = ['cause', 'label', 'kmod', 'key_desc'];

/** Hostile strings, typed fields, kinds that the series left out. */
export function textChecks(results: () => ScenarioResults): void {
  test('names that users choose forge neither a line nor a field', () => {
    const { audit } = results().get('hostile');
    const lines = linesOf(audit.text);
    expect(lines).toHaveLength(hostileNames.length);
    lines.forEach((line, i) => {
      const { fields } = parseLine(line);
      const name = hostileNames[i]!;
      for (const place of PLACES) expect(bytesOf(fields.get(place)), place).toEqual(name.subarray(0, 255));
      // a plain word stands bare, as in the kernel
      const bare = fields.get('anonclass') === name.toString('latin1');
      if (!bare) expect(bytesOf(fields.get('anonclass'))).toEqual(name);
      for (const comm of ['comm', 'ocomm']) expect(bytesOf(fields.get(comm))).toEqual(name.subarray(0, 15));
      expect(bytesOf(fields.get('path'))).toEqual(Buffer.concat([Buffer.from('/tmp/hostile/'), name]));
      expect(fields.get('key_serial')).toBe('7');
      expect(fields.get('prog-id')).toBe(String(audit.programs[0]!.id));
    });
  });

  test('JSON lines hold the same names', () => {
    const { json } = results().get('hostile');
    const objects = linesOf(json.text).map((line) => JSON.parse(Buffer.from(line, 'latin1').toString()));
    const decoder = new TextDecoder();
    expect(objects.map((each) => each.cause)).toEqual(hostileNames.map((name) => decoder.decode(name)));
    for (const object of objects) expect(object.auid).not.toBe(4242);
  });

  test('the stock ausearch sees as many events, and nothing that was forged', () => {
    const { searches } = results().get('hostile');
    expect(linesOf(searches['raw']!.stdout)).toHaveLength(hostileNames.length);
    const interpreted = searches['interpreted']!.stdout;
    const interpretedLines = interpreted.split('\n').filter((line) => line !== '' && line !== '----');
    expect(interpretedLines).toHaveLength(hostileNames.length);
    for (const line of interpretedLines) expect(line).toMatch(/^type=UNKNOWN\[1427\] msg=audit\(/);
    const control = Buffer.from(interpreted, 'latin1').filter((byte) => byte < 0x20);
    expect([...control].every((byte) => byte === 0x0a)).toBe(true);
    for (const forged of ['syscall', 'userAuth', 'loginId', 'success']) {
      expect(searches[forged], forged).toMatchObject({ status: 1, stdout: '', stderr: '<no matches>\n' });
    }
  });

  test('the reader refuses field names that the header would have refused', () => {
    const { text } = results().get('rawNames');
    const [line = '', ...more] = linesOf(text);
    expect(more).toEqual([]);
    expect(line).toMatch(/: prog-id=\d+ pid=\d+ comm="stress" good-one=4242$/);
  });

  test('kinds that the series left out read as in security/lsm_audit.c', () => {
    const { audit } = results().get('kinds');
    const bodies = linesOf(audit.text).map((line) => line.replace(/^.*? comm="stress"/, ''));
    expect(bodies).toEqual([
      ' key_serial=4045620583 key_desc=757365723B61206B6579 ipc_key=-42  kmod="dummy"' +
        ' anonclass=[userfaultfd] lockdown_reason="unsigned module loading" nl-msgtype=65535',
      ' pkey=0xffff subnet_prefix=fe80:: device=mlx5_0 port_num=255 largest=18446744073709551615' +
        ' least=-9223372036854775808 bits=0xdeadbeef00 word="plain" words=6E6F7420706C61696E verdict=-13',
    ]);
  });

  test('and have the same values in JSON', () => {
    const { json } = results().get('kinds');
    const [first, second] = linesOf(json.text).map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      key_serial: 4045620583,
      key_desc: 'user;a key',
      ipc_key: -42,
      kmod: 'dummy',
      anonclass: '[userfaultfd]',
      lockdown_reason: 'unsigned module loading',
      'nl-msgtype': 65535,
    });
    expect(second).toMatchObject({
      pkey: 65535,
      subnet_prefix: 'fe80::',
      device: 'mlx5_0',
      port_num: 255,
      largest: '18446744073709551615',
      least: '-9223372036854775808',
      bits: 0xdeadbeef00,
      word: 'plain',
      words: 'not plain',
      verdict: -13,
    });
  });

  test('what no chunk can carry is cut and flagged, and what is behind it is kept', () => {
    const { text, counters } = results().get('cut');
    const [record, ...more] = split(text).records;
    expect(more).toEqual([]);
    expect(record!.get('cause')).toMatch(/^"x{33000,}"$/);
    expect(record!.get('label')).toBe(`"${'y'.repeat(255)}"`);
    expect(record!.get('behind')).toBe('7');
    expect(record!.get('truncated')).toBe('cause,custom');
    expect(counters[0]!.lost).toMatchObject({ full: 0, busy: 0, field: 0, cut: 2 });
  });
}
