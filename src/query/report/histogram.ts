import type { TimeFormatter } from '../output/local-time.ts';
import type { Timeline } from './timeline.ts';
import { bytesOf } from '../output/utf8.ts';

const BAR_CELLS = 40;
const WIDTHS = [9, 10, 9, 11];
/** Blocks of an eighth of a cell, two eighths ... */
const EIGHTHS = ['', '\u258f', '\u258e', '\u258d', '\u258c', '\u258b', '\u258a', '\u2589'];
const FULL = '\u2588';

/** A timeline as lines of text, each with a bar; in bytes of UTF-8 as all output, one character for each. */
export function histogram({ spans }: Timeline, time: TimeFormatter): string {
  if (spans.length === 0) return '<no events of interest were found>\n\n';
  const most = spans.reduce((highest, { events }) => Math.max(highest, events), 1);
  const lines = spans.map(({ startSec, events, decisions, denied, wouldDeny }) => {
    const numbers = [events, decisions, denied, wouldDeny].map((count, i) =>
      String(count).padStart(WIDTHS[i] ?? 0),
    );
    return `${time.format(startSec, '%F %H:%M')}${numbers.join('')}  ${bar(events / most)}`.trimEnd();
  });
  return bytesOf(`from               events decisions   denied would-deny\n${lines.join('\n')}\n`);
}

/** A bar of block characters; what is not nothing is never shown as nothing. */
function bar(part: number): string {
  const eighths = part === 0 ? 0 : Math.max(1, Math.round(part * BAR_CELLS * EIGHTHS.length));
  return FULL.repeat(Math.floor(eighths / EIGHTHS.length)) + (EIGHTHS[eighths % EIGHTHS.length] ?? '');
}
