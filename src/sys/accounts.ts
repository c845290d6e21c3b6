import { BpfauditError } from '../errors/audit-error.ts';
import { door } from './door.ts';
import { errnoName, errnoText } from './errno.ts';
import { readUint32, readUint64 } from './host-order.ts';

const ERANGE = 34;
const FIRST_BUFFER_BYTES = 1024;
const LARGEST_BUFFER_BYTES = 1024 * 1024;
/** `struct passwd` has 48 bytes and `struct group` 32 on every 64-bit glibc. */
const STRUCT_BYTES = 64;
/** `pw_uid` and `gr_gid` both follow two pointers. */
const ID_OFFSET = 16;
/** LOGIN_NAME_MAX(3) with its NUL. */
const LONGEST_NAME_BYTES = 257;
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

/**
 * Name of a user by id (getpwuid_r(3)).
 *
 * @returns undefined if there is no such user
 * @throws BpfauditError E_ACCOUNT_LOOKUP when a source does not answer
 */
export function findUserName(uid: number): string | undefined {
  return findName('getpwuid_r', uid);
}

/**
 * Name of a group by id (getgrgid_r(3)).
 *
 * @returns undefined if there is no such group
 * @throws BpfauditError E_ACCOUNT_LOOKUP when a source does not answer
 */
export function findGroupName(gid: number): string | undefined {
  return findName('getgrgid_r', gid);
}

function findName(lookUp: 'getpwuid_r' | 'getgrgid_r', id: number): string | undefined {
  const prototype = `int ${lookUp}(uint32_t id, void *entry, void *buf, size_t size, void *result)`;
  return look(prototype, lookUp, id, (entry) => {
    const name = Buffer.alloc(LONGEST_NAME_BYTES);
    // `pw_name` and `gr_name` come first, and point into memory that is still ours here.
    const address = readUint64(entry, 0);
    door().call('c', 'void *strncpy(void *to, uintptr_t from, size_t size)', [
      name,
      address,
      name.length - 1,
    ]);
    return name.toString('latin1', 0, name.indexOf(0));
  });
}

function findId(lookUp: 'getpwnam_r' | 'getgrnam_r', name: string): number | undefined {
  const prototype = `int ${lookUp}(const char *name, void *entry, void *buf, size_t size, void *result)`;
  return look(prototype, lookUp, name, (entry) => readUint32(entry, ID_OFFSET));
}

/** Looks an entry up, with as much memory as it needs. */
function look<T>(
  prototype: string,
  lookUp: string,
  key: string | number,
  read: (entry: Buffer) => T,
): T | undefined {
  const entry = Buffer.alloc(STRUCT_BYTES);
  const result = Buffer.alloc(8);
  for (let size = FIRST_BUFFER_BYTES; ; size *= 2) {
    const strings = Buffer.alloc(size);
    const errno = Number(door().call('c', prototype, [key, entry, strings, size, result]));
    if (errno === ERANGE && size < LARGEST_BUFFER_BYTES) continue;
    if (result.some((byte) => byte !== 0)) return read(entry);
    // Sources that have no such entry answer with ENOENT, ESRCH, EBADF or EPERM as well (getpwnam(3)).
    if (NOT_FOUND.has(errno)) return undefined;
    throw new BpfauditError(`${lookUp}: ${errnoText(errno)} (${errnoName(errno)})`, {
      code: 'E_ACCOUNT_LOOKUP',
      hint: 'check /etc/nsswitch.conf and the services it names, or write the id',
    });
  }
}
