import { BpfauditError } from '../errors/audit-error.ts';
import { isUserMessageType } from './message-types.ts';

/** `AUDIT_MESSAGE_TEXT_MAX`: the kernel cuts longer texts without a word. */
export const USER_MESSAGE_MAX_BYTES = 8560;

/** USER_TTY: the only type whose text the kernel escapes. */
const USER_TTY = 1124;

/**
 * The payload of a user message: the text and a NUL, since the kernel overwrites the last byte with one.
 *
 * The kernel writes the text as it stands between `msg='` and `'`, so control characters, which could forge a
 * line or reach a terminal, are refused here. Only USER_TTY is escaped by the kernel.
 *
 * @throws BpfauditError E_AUDIT_MESSAGE when the type is not for user space, or the text is empty, too long or
 * has control characters
 */
export function encodeUserMessage(type: number, text: string): Uint8Array {
  if (!isUserMessageType(type)) {
    throw refused(`type ${type} can't be sent`, 'use 1005, 1100-1199 or 2100-2999');
  }
  const bytes = Buffer.from(`${text}\0`, 'utf8');
  if (bytes.length < 2) throw refused('the text is empty', 'give at least one character');
  if (bytes.length - 1 > USER_MESSAGE_MAX_BYTES) {
    throw refused(
      `the text has ${bytes.length - 1} bytes, the kernel takes ${USER_MESSAGE_MAX_BYTES}`,
      'send it in pieces',
    );
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (type !== USER_TTY && /[\u0000-\u001f\u007f-\u009f]/u.test(text)) {
    throw refused('the text has control characters', 'encode such values as hex, as audit does');
  }
  return bytes;
}

function refused(reason: string, hint: string): BpfauditError {
  return new BpfauditError(`user message: ${reason}`, { code: 'E_AUDIT_MESSAGE', hint });
}
