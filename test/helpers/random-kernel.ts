import type { Random } from './random.ts';

const ORDERED = ['=', '!=', '>', '>=', '<', '<='];
const SAME = ['=', '!='];
const BITS = [...ORDERED, '&', '&='];
const NUMBERS = ['0', '1', '7', '1000', '0x10', '010', '65534', '2147483647'];
const CALLS = [
  'open',
  'openat',
  'execve',
  'connect',
  'unlink',
  'mount',
  'ptrace',
  'kill',
  'bpf',
  'openat2',
  '0',
  '59',
  '300',
  '1000',
  '2031',
];

/** One random `-F` or `-C` that auditctl and the kernel take on the list exit. */
function randomField(random: Random): string {
  const order = random.pick(ORDERED);
  const same = random.pick(SAME);
  return random.pick([
    () =>
      `-F ${random.pick(['pid', 'ppid', 'uid', 'euid', 'suid', 'fsuid', 'gid', 'egid', 'sgid', 'fsgid', 'obj_uid', 'obj_gid'])}${order}${random.pick(NUMBERS)}`,
    () =>
      `-F ${random.pick(['auid', 'loginuid'])}${random.pick([`${order}1000`, '=unset', '!=-1', '!=4294967295'])}`,
    () => `-F sessionid${same}${random.pick(['unset', '3'])}`,
    () =>
      `-F ${random.pick(['a0', 'a1', 'a2', 'a3'])}${random.pick(BITS)}${random.pick([...NUMBERS, '-1', '-100', '0xffffffff'])}`,
    () => `-F ${random.pick(['devminor', 'pers'])}${random.pick(BITS)}${random.pick(NUMBERS)}`,
    () => `-F devmajor${order}${random.pick(NUMBERS)}`,
    () =>
      `-F exit${order}${random.pick(['-EPERM', '-EACCES', 'ENOENT', '-1', '0', '-4095', '-eperm', '-EWOULDBLOCK'])}`,
    () => `-F success${same}${random.pick(['0', '1'])}`,
    () => `-F filetype${same}${random.pick(['file', 'dir', 'socket', 'link', 'character', 'block', 'fifo'])}`,
    () => `-F saddr_fam${same}${random.pick(['1', '2', '10'])}`,
    () =>
      `-F ${random.pick(['subj_user', 'subj_role', 'subj_type', 'obj_user', 'obj_role', 'obj_type'])}${same}${random.pick(['x_t', 'system_u'])}`,
    () => `-F ${random.pick(['subj_sen', 'subj_clr', 'obj_lev_low', 'obj_lev_high'])}${order}s0`,
    () => `-C ${random.pick(['uid', 'euid', 'auid', 'suid'])}${same}${random.pick(['fsuid', 'obj_uid'])}`,
    () => `-C gid${same}${random.pick(['egid', 'sgid', 'fsgid', 'obj_gid'])}`,
  ])();
}

/** A random line that auditctl and the kernel take; files named in it are there on every Linux. */
export function randomKernelLine(random: Random, number: number): string {
  const key = ` -k ${random.pick(['k', 'key-with-dash', 'K_2'])}${number}${random.once(3) ? ' -k second' : ''}`;
  if (random.once(6)) {
    const permissions = random.once(4) ? '' : ` -p ${random.pick(['r', 'wa', 'xw', 'rwxa'])}`;
    return `-w ${random.pick(['/etc/passwd', '/etc', '/etc/', '/etc/hosts', '/tmp'])}${permissions}${key}`;
  }
  const parts = [`-${random.pick(['a', 'A'])} ${random.pick(['always', 'never'])},exit`];
  if (!random.once(4))
    parts.push(`-F arch${random.once(8) ? '!=' : '='}${random.pick(['b64', 'b32', 'x86_64', 'i386'])}`);
  const calls = Array.from({ length: 1 + random.below(3) }, () => random.pick(CALLS));
  parts.push(random.once(5) ? '-S all' : `-S ${calls.join(random.once(3) ? ' -S ' : ',')}`);
  for (let count = random.below(5); count > 0; count--) parts.push(randomField(random));
  const object = random.pick(['', '', '-F path=/etc/passwd', '-F dir=/etc', '-F dir=/etc/', '-F inode=33']);
  if (object !== '') parts.push(object);
  if (random.once(3)) parts.push(`-F exe${random.pick(SAME)}/usr/bin/env`);
  if (random.once(3)) parts.push(`-F perm=${random.pick(['r', 'wa', 'x'])}`);
  return `${parts.join(' ')}${key}`;
}
