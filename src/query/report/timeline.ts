import { effectOf } from '../items/bpf-records.ts';
import type { ReportKind } from './report-kind.ts';
import { bpfAccesses } from './bpf-reports.ts';
import type { TallyEntry } from './tally.ts';

/** Name of the report over time. */
export const TIMELINE = 'timeline';
const MINUTE_SEC = 60;
/** Widths of a span that a reader can name, in minutes. */
const WIDTHS = [1, 5, 10, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 43_200, 525_600];
/** More spans than that do not fit a screen. */
const MAX_SPANS = 40;

/** How much happened in a span of time. */
export interface Span {
  readonly startSec: number;
  readonly events: number;
  /** Decisions of BPF LSM, those of them that denied, and those that would have if their policy did not only monitor. */
  readonly decisions: number;
  readonly denied: number;
  readonly wouldDeny: number;
}

/** The spans of a timeline, all of one width, from the first event to the last. */
export interface Timeline {
  readonly widthSec: number;
  readonly spans: readonly Span[];
}

/** Counts events, decisions and denials by the minute. */
export const TIMELINE_REPORT: ReportKind = {
  options: ['--timeline'],
  help: 'events and BPF LSM decisions over time, with a histogram',
  title: 'Timeline Report',
  columns: '# date time events decisions denied would-deny',
  rule: 40,
  wants: {},
  rows: () => [],
  keys: (event) => {
    const minute = Math.floor(event.event.sec / MINUTE_SEC);
    const accesses = bpfAccesses(event);
    return [
      `events ${minute}`,
      ...accesses.map(() => `decisions ${minute}`),
      ...accesses.flatMap((access) => {
        const effect = effectOf(access);
        return effect === undefined || effect === 'allow' ? [] : [`${effect} ${minute}`];
      }),
    ];
  },
};

/** Puts what was counted by the minute into as many spans as fit a screen. */
export function timelineOf(tally: readonly TallyEntry[]): Timeline {
  const counts = tally.map(({ key, hits }) => {
    const [what = '', minute = ''] = key.split(' ');
    return { what, minute: Number(minute), hits };
  });
  if (counts.length === 0) return { widthSec: MINUTE_SEC, spans: [] };
  const first = counts.reduce((least, { minute }) => Math.min(least, minute), Infinity);
  const last = counts.reduce((most, { minute }) => Math.max(most, minute), -Infinity);
  const width = WIDTHS.find((minutes) => (last - first) / minutes < MAX_SPANS - 1) ?? WIDTHS.at(-1) ?? 1;
  const start = Math.floor(first / width);
  const length = Math.min(Math.floor(last / width) - start + 1, MAX_SPANS * 100);
  const spans = Array.from({ length }, (_, i) => ({
    startSec: (start + i) * width * MINUTE_SEC,
    events: 0,
    decisions: 0,
    denied: 0,
    wouldDeny: 0,
  }));
  for (const { what, minute, hits } of counts) {
    const span = spans[Math.floor(minute / width) - start];
    if (span === undefined) continue;
    if (what === 'events') span.events += hits;
    else if (what === 'decisions') span.decisions += hits;
    else if (what === 'deny') span.denied += hits;
    else span.wouldDeny += hits;
  }
  return { widthSec: width * MINUTE_SEC, spans };
}
