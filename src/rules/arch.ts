import { ELF_ARCHES, MACHINES, machineOfElf, type Machine } from '../audit/tables/machines.ts';
import { parseUnsigned } from './numbers.ts';

/** The 32-bit ABI beside a 64-bit machine. */
const COMPAT: Readonly<Partial<Record<Machine, Machine>>> = {
  x86_64: 'i386',
  ppc64: 'ppc',
  s390x: 's390',
  aarch64: 'arm',
};

/** Names that uname(2) may report, and the machine they run as. */
const ALIASES: Readonly<Record<string, Machine>> = {
  i486: 'i386',
  i586: 'i386',
  i686: 'i386',
  armeb: 'arm',
  armv5tejl: 'arm',
  armv5tel: 'arm',
  armv6l: 'arm',
  armv7l: 'arm',
  amd64: 'x86_64',
  arm64: 'aarch64',
};

/** Everything `arch=` takes by name. */
export function archNames(): readonly string[] {
  return [
    'b64',
    'b32',
    ...MACHINES.filter((machine) => ELF_ARCHES[machine] !== undefined),
    ...Object.keys(ALIASES),
  ];
}

/**
 * The number behind `arch=`: `b64` and `b32` relative to a machine, a machine name, or the number itself,
 * also in bare hexadecimal (`c000003e`). Undefined if it is none of these.
 */
export function elfOfArch(text: string, host: Machine): number | undefined {
  const machine = machineOfArch(text.toLowerCase(), host);
  if (machine !== undefined) return ELF_ARCHES[machine];
  const number = parseUnsigned(text) ?? (/^[0-9a-f]{8}$/i.test(text) ? Number.parseInt(text, 16) : undefined);
  return number !== undefined && machineOfElf(number) !== undefined ? number : undefined;
}

function machineOfArch(name: string, host: Machine): Machine | undefined {
  if (name === 'b64') return is64Bit(host) ? host : undefined;
  if (name === 'b32') return is64Bit(host) ? COMPAT[host] : host;
  return ALIASES[name] ?? MACHINES.find((machine) => machine === name);
}

function is64Bit(machine: Machine): boolean {
  return ((ELF_ARCHES[machine] ?? 0) & 0x80000000) !== 0;
}

/** The 32-bit ABI of a machine, if it runs one. */
export function compatMachine(machine: Machine): Machine | undefined {
  return COMPAT[machine];
}
