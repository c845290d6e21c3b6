import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { BpfauditError } from '../../src/errors/audit-error.ts';
import { AuditObserver } from '../../src/testing/index.ts';

const BIND4 = 'type=UNKNOWN[1427] msg=audit(1.000:1): prog-id=7 pid=1 comm="t" cause="bind4" saddr=127.0.0.1';
const BIND6 = 'type=BPF_LSM_ACCESS msg=audit(1.000:2): prog-id=7 pid=1 comm="t" cause="bind6" saddr=::1';
const SYSCALL = 'type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=49 success=no exit=-1 comm="bind4"';

async function* lines(...all: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* all;
}

async function failure(promise: Promise<void>): Promise<BpfauditError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BpfauditError) return error;
  throw new Error('nothing was unmet', { cause: error });
}

test('waits until every expectation is met, under either name of the type', async () => {
  const observer = new AuditObserver(lines(SYSCALL, BIND4, BIND6));
  observer.expect('BPF_LSM_ACCESS', 'cause="bind4"').expect(1427, /saddr=::1$/, 1);
  await observer.wait(1000);
  expect(observer.unmet()).toBe('');
});

test('the type counts, not only the text', async () => {
  const observer = new AuditObserver(lines(SYSCALL)).expect('BPF_LSM_ACCESS', 'bind4');
  expect((await failure(observer.wait(1000))).code).toBe('E_UNMET');
  await new AuditObserver(lines(SYSCALL)).expect('any', 'bind4').wait(1000);
});

test('the report says what is missing and what came instead', async () => {
  const observer = new AuditObserver(lines(SYSCALL, BIND4))
    .expect('BPF_LSM_ACCESS', 'cause="bind4"')
    .expect(1427, 'cause="bind6"', 2);
  expect((await failure(observer.wait(1000))).message).toMatchInlineSnapshot(`
    "the records ended: 1 of 2 expectations unmet
      BPF_LSM_ACCESS cause="bind6": 0 of 2
    records that came: 2
      type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=49 success=no exit=-1 comm="bind4"
      type=UNKNOWN[1427] msg=audit(1.000:1): prog-id=7 pid=1 comm="t" cause="bind4" saddr=127.0.0.1"
  `);
});

test('after the time, the message says how long it was', async () => {
  const observer = new AuditObserver().expect('BPF_LSM_ACCESS', 'x');
  expect((await failure(observer.wait(10))).message).toMatchInlineSnapshot(`
    "waited 10 ms: 1 of 1 expectations unmet
      BPF_LSM_ACCESS x: 0 of 1
    no record came"
  `);
});

test('a long report shows the last records and counts the others', async () => {
  const many = Array.from({ length: 100 }, (_, i) => `type=SYSCALL msg=audit(1.000:${i}): a0=${i}`);
  const observer = new AuditObserver(lines(...many)).expect('any', 'never');
  const { message } = await failure(observer.wait(1000));
  expect(message).toContain('records that came: 100');
  expect(message).toContain('(80 earlier ones omitted)');
  expect(message).toContain('a0=99');
  expect(message.split('\n').length).toBe(24);
});

test('control characters of a record do not reach the terminal', async () => {
  const observer = new AuditObserver(lines('type=SYSCALL msg=audit(1.000:1): comm=\u001b[2J')).expect(
    'any',
    'x',
  );
  expect((await failure(observer.wait(1000))).message).toContain('comm=\\x1b[2J');
});

test('a count of 0 means that none may come', async () => {
  const observer = new AuditObserver(lines(BIND4, BIND6))
    .expect(1427, 'bind6')
    .expect(1427, 'cause="exec"', 0);
  await observer.wait(1000);
  const broken = new AuditObserver(lines(BIND4, BIND6)).expect(1427, 'bind6').expect(1427, 'bind4', 0);
  expect((await failure(broken.wait(1000))).message).toContain('BPF_LSM_ACCESS bind4: 1, expected none');
});

test('more than expected is no failure', async () => {
  await new AuditObserver(lines(BIND4, BIND4, BIND4)).expect(1427, 'bind4', 2).wait(1000);
});

test('bytes are a stream that may be cut anywhere, even inside a character', async () => {
  const bytes = Buffer.from(`${BIND4}é\n${BIND6}é`);
  for (const size of [1, 7, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    await new AuditObserver(lines(...chunks)).expect(1427, '127.0.0.1é').expect(1427, /::1é$/).wait(1000);
  }
});

test('reads streams and readline', async () => {
  const text = `${BIND4}\n${BIND6}\n`;
  await new AuditObserver(Readable.from([Buffer.from(text)])).expect(1427, 'bind6').wait(1000);
  const input = createInterface({ input: Readable.from([text]) });
  await new AuditObserver(input).expect(1427, 'bind6').wait(1000);
});

test('is a sink: records that are written while somebody waits', async () => {
  const observer = new AuditObserver().expect(1427, 'bind4', 2);
  const waiting = observer.wait(1000);
  observer.write(Buffer.from(`${BIND4}\n${BIND4.slice(0, 20)}`));
  observer.write(Buffer.from(`${BIND4.slice(20)}\n`));
  await waiting;
});

test('reset forgets expectations and records', async () => {
  const observer = new AuditObserver();
  observer.expect(1427, 'bind6');
  observer.write(Buffer.from(`${BIND4}\n`));
  observer.reset();
  expect(observer.unmet()).toBe('');
  observer.expect(1427, 'bind4');
  expect(observer.unmet()).toContain('no record came');
});

test('a source that fails ends the wait and is the cause', async () => {
  const broken = new Error('broken pipe');
  async function* source(): AsyncGenerator<string> {
    yield SYSCALL;
    throw broken;
  }
  const error = await failure(new AuditObserver(source()).expect(1427, 'x').wait(60_000));
  expect(error.cause).toBe(broken);
  expect(error.message).toMatch(/^the records ended: /);
});

test.each([
  ['NO_SUCH_TYPE', 1],
  ['BPF_LSM_ACCESS', -1],
  ['BPF_LSM_ACCESS', 1.5],
] as const)('refuses type %s with count %d', (type, count) => {
  expect(() => new AuditObserver().expect(type, 'x', count)).toThrow(
    expect.objectContaining({ code: 'E_EXPECTATION' }),
  );
});
