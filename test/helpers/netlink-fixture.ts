import { readFileSync } from 'node:fs';

/** One datagram of a recorded conversation. */
export interface RecordedDatagram {
  readonly sent: boolean;
  readonly bytes: Buffer;
}

/** Reads test/fixtures/netlink/NAME.hex: `>` was sent, `<` received. */
export function netlinkFixture(name: string): RecordedDatagram[] {
  const file = new URL(`../fixtures/netlink/${name}.hex`, import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ sent: line.startsWith('>'), bytes: Buffer.from(line.slice(2), 'hex') }));
}

/** Only what the kernel sent. */
export function receivedDatagrams(name: string): Buffer[] {
  return netlinkFixture(name)
    .filter((datagram) => !datagram.sent)
    .map((datagram) => datagram.bytes);
}
