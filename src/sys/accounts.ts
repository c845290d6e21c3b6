import { BpfauditError } from '../errors/audit-error.ts';
import { door } from './door.ts';
import { errnoName, errnoText } from './errno.ts';
import { readUint32 } from './host-order.ts';

const ERANGE = 34;
const FIRST_BUFFER_BYTES = 1024;
const LARGEST_BUFFER_BYTES = 1024 * 1024;
/** `struct passwd` has 48 bytes and `struct group` 32 on every 64-bit glibc. */
const STRUCT_BYTES = 64;
/** `pw_uid` and `gr_gid` both follow two pointers. */
const ID_OFFSET = 16;
const NOT_FOUND = new Set([0, 1, 2, 3, 9]);

/**
 * Id of a user by name, asked of every source that the system is set up with (getpwnam_r(3): /etc/passwd, LDAP,
 * sssd ...).
 *
 * @returns undefined if there is no such user
 * @throws BpfauditError E_ACCOUNT_LOOKUP when a source does not answer
 */
export function findUserId(name: string): number | undefined {
  return findId('getpwnam_r', name);
}

/**
 * Id of a group by name (getgrnam_r(3)).
 *
 * @returns undefined if there is no such group
 * @throws BpfauditError E_ACCOUNT_LOOKUP when a source does not answer
 */
export function findGroupId(name: string): number | undefined {
  return findId('getgrnam_r', name);
}

function findId(lookUp: 'getpwnam_r' | 'getgrnam_r', name: string): number | undefined {
  const entry = Buffer.alloc(STRUCT_BYTES);
  const result = Buffer.alloc(8);
  for (let size = FIRST_BUFFER_BYTES; ; size *= 2) {
    const prototype = `int ${lookUp}(const char *name, void *entry, void *buf, size_t size, void *result)`;
    const errno = Number(door().call('c', prototype, [name, entry, Buffer.alloc(size), size, result]));
    if (errno === ERANGE && size < LARGEST_BUFFER_BYTES) continue;
    if (result.some((byte) => byte !== 0)) return readUint32(entry, ID_OFFSET);
    // Sources that have no such entry answer with ENOENT, ESRCH, EBADF or EPERM as well (getpwnam(3)).
    if (NOT_FOUND.has(errno)) return undefined;
    throw new BpfauditError(`${lookUp}: ${errnoText(errno)} (${errnoName(errno)})`, {
      code: 'E_ACCOUNT_LOOKUP',
      hint: 'check /etc/nsswitch.conf and the services it names, or write the id',
    });
  }
}
