import { lookup, lookupService } from 'node:dns/promises';
import { hostname } from 'node:os';
import { BpfauditError } from '../../errors/audit-error.ts';
import type { LogSection } from '../config/settings.ts';

/**
 * What stands in front of each line, as `name_format` says: `node=web1 `, or nothing.
 *
 * @throws {BpfauditError} `E_CONFIG` if the name of this machine cannot be looked up
 */
export async function nodePrefix({ name_format, name }: LogSection): Promise<string | undefined> {
  const node = await nodeName(name_format, name);
  return node === undefined ? undefined : `node=${node.replaceAll(/[^\w.:-]/g, '?')} `;
}

async function nodeName(format: LogSection['name_format'], name: string): Promise<string | undefined> {
  if (format === 'none') return undefined;
  if (format === 'user') return name;
  if (format === 'hostname') return hostname();
  try {
    const { address } = await lookup(hostname());
    if (format === 'numeric') return address;
    return (await lookupService(address, 0)).hostname;
  } catch (cause) {
    throw new BpfauditError(`log.name_format: ${hostname()} cannot be looked up for "${format}"`, {
      code: 'E_CONFIG',
      hint: 'give the machine an address in /etc/hosts, or use name_format = "hostname"',
      cause,
    });
  }
}
