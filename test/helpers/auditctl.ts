/** Bytes of a rule as short text: u32 words in hexadecimal, `N*WORD` for a run, and the text behind a bar. */
export function packWords(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < RULE_BYTES;) {
    const word = view.getUint32(at, true);
    let count = 1;
    while (at + 4 * count < RULE_BYTES && view.getUint32(at + 4 * count, true) === word) count++;
    parts.push(count > 1 ? `${count}*${word.toString(16)}` : word.toString(16));
    at += 4 * count;
  }
  return `${parts.join(' ')}|${Buffer.from(bytes.subarray(RULE_BYTES)).toString('latin1')}`;
}

const RULE_BYTES = 1040;

/**
 * The rule that auditctl sent, out of what `strace -xx -e trace=sendto` wrote; undefined if it sent none.
 * Netlink's padding behind the rule is cut off.
 */
export function sentRule(trace: string): Uint8Array | undefined {
  return sentRules(trace)[0];
}

/** Every rule that was sent, in order. */
function sentRules(trace: string): Uint8Array[] {
  return Array.from(trace.matchAll(/AUDIT_ADD_RULE[^"]*"((?:\\x[0-9a-f]{2})*)"/g), ([, text = '']) => {
    const bytes = new Uint8Array(Buffer.from(text.replaceAll('\\x', ''), 'hex'));
    const textLength = new DataView(bytes.buffer).getUint32(RULE_BYTES - 4, true);
    return bytes.subarray(0, RULE_BYTES + textLength);
  });
}
