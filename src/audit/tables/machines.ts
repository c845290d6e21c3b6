/** The architectures whose system calls audit can name, in the words that ausearch prints. */
export const MACHINES = [
  'i386',
  'x86_64',
  'ppc64',
  'ppc',
  's390x',
  's390',
  'arm',
  'aarch64',
  'ppc64le',
  'uring',
] as const;

/** One architecture; `uring` is the table of io_uring operations, which audit treats as one more. */
export type Machine = (typeof MACHINES)[number];

/** AUDIT_ARCH_* of include/uapi/linux/audit.h: the number in `arch=`, per architecture. */
export const ELF_ARCHES: Readonly<Partial<Record<Machine, number>>> = {
  i386: 0x40000003,
  x86_64: 0xc000003e,
  ppc64: 0x80000015,
  ppc: 0x14,
  s390x: 0x80000016,
  s390: 0x16,
  arm: 0x40000028,
  aarch64: 0xc00000b7,
  ppc64le: 0xc0000015,
};

const machineByElf: ReadonlyMap<number, Machine> = new Map(
  MACHINES.flatMap((machine) => {
    const elf = ELF_ARCHES[machine];
    return elf === undefined ? [] : [[elf, machine] as const];
  }),
);

/** The architecture of an `arch=` number such as 0xc000003e, or undefined if it is none we know. */
export function machineOfElf(elf: number): Machine | undefined {
  return machineByElf.get(elf);
}

/** Whether `arch=` names a 64-bit ABI (bit __AUDIT_ARCH_64BIT). */
export function isElf64(elf: number): boolean {
  return (elf & 0x80000000) !== 0;
}
