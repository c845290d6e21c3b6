/** One word of a rule line. */
export interface Word {
  /** The word with its escapes resolved. */
  readonly text: string;
  /** Column of its first character, from 1. */
  readonly column: number;
}

/**
 * Splits a line of a rules file into words, as auditctl does: at spaces, with `\ ` for a space inside a word
 * and `\\` for a backslash. Quotes have no meaning. A tab counts as a space, a final CR is dropped.
 */
export function splitWords(line: string): Word[] {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const words: Word[] = [];
  let at = 0;
  while (at < end) {
    if (isBlank(line[at])) {
      at++;
      continue;
    }
    const start = at;
    let text = '';
    while (at < end && !isBlank(line[at])) {
      const next = line[at + 1];
      if (line[at] === '\\' && at + 1 < end && (next === ' ' || next === '\\')) at++;
      text += line[at];
      at++;
    }
    words.push({ text: withoutHalves(text), column: start + 1 });
  }
  return words;
}

/** The words of a command line, with the columns they have when joined by single spaces. */
export function wordsOfArguments(args: readonly string[]): Word[] {
  let column = 1;
  return args.map((text) => {
    const word = { text: withoutHalves(text), column };
    column += text.length + 1;
    return word;
  });
}

/** Whether a line of a rules file holds nothing to do: blank, or a comment. */
export function isComment(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('#');
}

// Half a surrogate pair has no bytes; U+DC80 to U+DCFF stand for bytes that are not UTF-8.
function withoutHalves(text: string): string {
  return text.replace(/\p{Cs}/gu, (half) => (half >= '\udc80' && half <= '\udcff' ? half : '\ufffd'));
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
