/**
 * A plugin of auditd for tests: reads records from standard input and writes `TYPE TEXT` lines to a file.
 * Arguments: format, file.
 */
import { appendFileSync } from 'node:fs';
import { recordTypeNumber } from '../../src/audit/tables/record-types.ts';
import { PluginDecoder } from '../../src/netlink/plugin-decoder.ts';
import { pluginRecords } from '../../src/netlink/plugin-source.ts';
import { recordText } from '../../src/netlink/record-batch.ts';

const [, , format, file = ''] = process.argv;
const decoder = new PluginDecoder({
  format: format === 'binary' ? 'binary' : 'string',
  typeNumber: recordTypeNumber,
});
// auditd passes its own TERM on; the end of the input is what counts here.
process.on('SIGTERM', () => {});
for await (const batch of pluginRecords(process.stdin, decoder)) {
  for (let index = 0; index < batch.length; index++) {
    appendFileSync(file, `${batch.types[index]} ${recordText(batch, index)}\n`);
  }
}
appendFileSync(file, `end ${JSON.stringify(decoder.counters)}\n`);
