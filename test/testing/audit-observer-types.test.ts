import { expectTypeOf, test } from 'vitest';
import { AuditObserver, type RecordSource } from '../../src/testing/index.ts';

/** Checked by tsc; at run time the calls below only have to exist. */
test('the types of AuditObserver', () => {
  const observer = new AuditObserver();
  expectTypeOf<AuditObserver['expect']>().returns.toEqualTypeOf<AuditObserver>();
  expectTypeOf<AuditObserver['wait']>().returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf<AuditObserver['unmet']>().returns.toEqualTypeOf<string>();
  expectTypeOf<AsyncIterable<string>>().toExtend<RecordSource>();
  expectTypeOf<NodeJS.ReadableStream>().toExtend<RecordSource>();
  expectTypeOf<AsyncIterable<Buffer>>().toExtend<RecordSource>();
  expectTypeOf<AuditObserver['expect']>().parameter(0).toEqualTypeOf<number | string>();
  expectTypeOf<AuditObserver['expect']>().parameter(1).toEqualTypeOf<string | RegExp>();

  // @ts-expect-error a pattern is needed
  void (() => observer.expect('BPF_LSM_ACCESS'));
  // @ts-expect-error an array is no stream of records
  void (() => new AuditObserver([]));
  // @ts-expect-error the time is a number of milliseconds
  void (() => observer.wait('5s'));
});
