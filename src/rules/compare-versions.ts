/**
 * Compares two file names as `ls -v` and `sort -V` do: runs of digits by value, everything else by letter,
 * and what looks like a chain of endings (`.conf.rules`) only when the rest is the same.
 *
 * @returns below 0, 0 or above 0
 * @see https://www.gnu.org/software/coreutils/manual/html_node/Version-sort-ordering-rules.html
 */
export function compareVersions(left: string, right: string): number {
  const byStem = compareRuns(stem(left), stem(right));
  if (byStem !== 0) return byStem;
  return compareRuns(left, right) || Number(left > right) - Number(left < right);
}

function stem(name: string): string {
  return name.replace(/(?:\.[A-Za-z~][A-Za-z0-9~]*)*$/, '');
}

// Walks both names at once, a run of non-digits and a run of digits at a time.
function compareRuns(left: string, right: string): number {
  let at = 0;
  let other = 0;
  while (at < left.length || other < right.length) {
    while (isText(left, at) || isText(right, other)) {
      const order = rank(left, at) - rank(right, other);
      if (order !== 0) return order;
      at++;
      other++;
    }
    const leftDigits = digitsAt(left, at);
    const rightDigits = digitsAt(right, other);
    const order = compareDigits(leftDigits, rightDigits);
    if (order !== 0) return order;
    at += leftDigits.length;
    other += rightDigits.length;
  }
  return 0;
}

function compareDigits(left: string, right: string): number {
  const one = left.replace(/^0+/, '');
  const two = right.replace(/^0+/, '');
  return one.length - two.length || Number(one > two) - Number(one < two);
}

function digitsAt(text: string, at: number): string {
  return /^[0-9]*/.exec(text.slice(at))?.[0] ?? '';
}

function isText(text: string, at: number): boolean {
  return at < text.length && !/[0-9]/.test(text.charAt(at));
}

// "~" comes before the end of a name, the end before a digit, then letters, then all other signs.
function rank(text: string, at: number): number {
  if (at >= text.length) return -1;
  const character = text.charAt(at);
  if (character === '~') return -2;
  if (/[0-9]/.test(character)) return 0;
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}
