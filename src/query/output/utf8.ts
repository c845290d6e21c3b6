// oxlint-disable-next-line no-control-regex -- they are ASCII, too
const ASCII = /^[\0-\x7f]*$/;

/** Bytes of a log, each one character, as text. What is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: string): string {
  return ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Text as bytes in UTF-8, each one character: output is made of such strings. */
export function bytesOf(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
