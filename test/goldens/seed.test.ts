import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The blob id of progs/test_lsm_audit_kfuncs.c, as the patch of the series states it in its `index` line. */
const SERIES_BLOB = '952ba09fce638f3bd14c18060a5baa3ccaec19ca';

function gitBlobId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

test('the seed program differs from the series by nothing but the include line', () => {
  const ours = readFileSync(new URL('../kernel/programs/seed.bpf.c', import.meta.url), 'utf8');
  const theirs = ours.replace('#include "bpf_audit.h"\n', '');
  expect(theirs).not.toBe(ours);
  expect(gitBlobId(Buffer.from(theirs))).toBe(SERIES_BLOB);
});
