/** Requests that `kernel/audit.c` answers, by the names of `<linux/audit.h>` without the `AUDIT_` prefix. */
export const REQUEST = {
  GET: 1000,
  SET: 1001,
  USER: 1005,
  SIGNAL_INFO: 1010,
  ADD_RULE: 1011,
  DEL_RULE: 1012,
  LIST_RULES: 1013,
  TRIM: 1014,
  MAKE_EQUIV: 1015,
  TTY_GET: 1016,
  TTY_SET: 1017,
  SET_FEATURE: 1018,
  GET_FEATURE: 1019,
} as const;

/** Netlink's own message types (`<linux/netlink.h>`). */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

/**
 * `AUDIT_REPLACE`: the kernel asks the registered daemon whether it still lives, because another process
 * wants its place. The payload is that process's id, not text.
 */
export const REPLACE = 1329;

/**
 * Whether a message is an audit record, that is, text for the log. Everything else on the socket that is
 * registered as the daemon is a reply, an ack or a probe.
 *
 * Records are 1005 (USER), 1006 (LOGIN) and everything from 1100, except {@link REPLACE}.
 */
export function isRecordType(type: number): boolean {
  if (type >= 1100) return type !== REPLACE;
  return type === 1005 || type === 1006;
}

/**
 * Whether the kernel takes a record of this type from user space (with `CAP_AUDIT_WRITE`): 1005, 1100-1199
 * and 2100-2999.
 */
export function isUserMessageType(type: number): boolean {
  return type === REQUEST.USER || (type >= 1100 && type <= 1199) || (type >= 2100 && type <= 2999);
}
