import { expect, test } from 'vitest';
import { recordTypeNumber } from '../../src/audit/tables/record-types.ts';
import { isOfNode } from '../../src/daemon/plugin-audit.ts';
import { PluginDecoder } from '../../src/netlink/plugin-decoder.ts';

test('records of other machines are told apart by their node', () => {
  const decoder = new PluginDecoder({ format: 'string', typeNumber: recordTypeNumber });
  const record = 'type=SYSCALL msg=audit(1795160349.655:31): arch=c000003e\n';
  const lines = Buffer.from(`${record}node=web1 ${record}node=web2 ${record}node=web ${record}`);
  const answers = [...decoder.decode(lines, 0)].flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) => isOfNode(batch, i, 'web1')),
  );
  expect(answers).toEqual([true, true, false, false]);
});
