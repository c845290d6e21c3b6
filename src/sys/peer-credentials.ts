import { door } from './door.ts';
import { readUint32, writeUint32 } from './host-order.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** `struct ucred`: pid, uid, gid. */
const UCRED_BYTES = 12;
const UID_AT = 4;

/** Who is at the other end of a connected Unix socket. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
}

/**
 * Who was at the other end of a Unix socket when it connected, as the kernel says it (`SO_PEERCRED`, unix(7)).
 *
 * @returns undefined if the kernel does not tell
 */
export function peerCredentials(fd: number): PeerCredentials | undefined {
  const value = Buffer.alloc(UCRED_BYTES);
  const size = Buffer.alloc(4);
  writeUint32(size, 0, UCRED_BYTES);
  const prototype = 'int getsockopt(int fd, int level, int name, void *value, void *size)';
  const result = Number(door().call('c', prototype, [fd, SOL_SOCKET, SO_PEERCRED, value, size]));
  if (result !== 0 || readUint32(size, 0) !== UCRED_BYTES) return undefined;
  return { pid: readUint32(value, 0), uid: readUint32(value, UID_AT) };
}
