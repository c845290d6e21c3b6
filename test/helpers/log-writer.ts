/**
 * A program that is killed: writes the lines 0, 1, 2 ... into a log, in batches of random size, with the journal's
 * note and the position of the ring in a shared mapping of a file, as the daemon has them in a map.
 *
 *     log-writer.ts STATE LOG FLUSH
 */
import { closeSync, openSync } from 'node:fs';
import { Journal } from '../../src/daemon/journal.ts';
import { LogFile } from '../../src/log/log-file.ts';
import { Mapping } from '../../src/sys/memory.ts';

const POSITION_AT = 2048;
const BATCHES_BEFORE_ROTATION = 50;

const [state = '', file = '', wanted] = process.argv.slice(2);
const flush = (['none', 'incremental_async', 'data'] as const).find((mode) => mode === wanted) ?? 'none';
const fd = openSync(state, 'r+');
const view = new DataView(new Mapping(fd, 4096, 0, true, 'state').buffer);
closeSync(fd);

using log = new LogFile(file, { strict: true, flush, freq: 20 });
let batches = 0;
const journal = new Journal(view, {
  place: () => log.place(),
  rewind: (size) => log.rewind(size),
  ready: () => log.ready(),
  settle: () => {
    if (++batches % BATCHES_BEFORE_ROTATION === 0) log.keep();
  },
});
let position = view.getBigUint64(POSITION_AT, true);
journal.recover((end) => {
  if (end > position) position = end;
  view.setBigUint64(POSITION_AT, position, true);
});
process.stdout.write('ready\n');
for (;;) {
  const count = 1 + Math.floor(Math.random() * 400);
  const numbers = Array.from({ length: count }, (_, i) => `${position + BigInt(i)} ${'x'.repeat(40)}\n`);
  const lines = Buffer.from(numbers.join(''));
  const end = position + BigInt(count);
  journal.begin(lines.length, end);
  log.write(lines);
  view.setBigUint64(POSITION_AT, end, true);
  journal.end();
  position = end;
}
