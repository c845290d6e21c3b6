import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { defaultSettings } from '../../../src/daemon/config/read-config.ts';
import { nodePrefix } from '../../../src/daemon/service/node-name.ts';

const log = defaultSettings().log;

test('none, the host, a name of the site', async () => {
  expect(await nodePrefix(log)).toBeUndefined();
  expect(await nodePrefix({ ...log, name_format: 'hostname' })).toBe(
    `node=${hostname().replaceAll(/[^\w.:-]/g, '?')} `,
  );
  expect(await nodePrefix({ ...log, name_format: 'user', name: 'web-1' })).toBe('node=web-1 ');
});
