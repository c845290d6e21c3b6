import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MetricsServer } from '../../../src/daemon/metrics/metrics-server.ts';

let server: MetricsServer;
let address: string;
let fails = false;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens at an address
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  server = await MetricsServer.open(address, () => {
    if (fails) throw new Error('the maps cannot be opened');
    return 'bpfaudit_up 1\n';
  });
});
afterAll(() => server[Symbol.asyncDispose]());

test('GET /metrics, and nothing else', async () => {
  const metrics = await fetch(`http://${address}/metrics`);
  expect([metrics.status, await metrics.text()]).toEqual([200, 'bpfaudit_up 1\n']);
  expect(metrics.headers.get('content-type')).toMatch(/version=0\.0\.4/);
  expect((await fetch(`http://${address}/`)).status).toBe(404);
  expect((await fetch(`http://${address}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('who asks when they cannot be made is told, and the daemon goes on', async () => {
  fails = true;
  const failed = await fetch(`http://${address}/metrics`);
  expect([failed.status, await failed.text()]).toEqual([500, 'the maps cannot be opened\n']);
  fails = false;
  expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
});

test('an address that is taken is refused', async () => {
  await expect(MetricsServer.open(address, () => '')).rejects.toMatchObject({ code: 'E_METRICS' });
});
