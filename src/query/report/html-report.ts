import { createHash } from 'node:crypto';
import { collectReport, type ReportResult, type ReportSource } from './collect-report.ts';
import { rankedEntries } from './ranked.ts';
import { MAIN_SUMMARY, REPORTS } from './report-query.ts';
import { Tally, type TallyEntry } from './tally.ts';
import { TIMELINE, timelineOf, type Timeline } from './timeline.ts';
import { Totals } from './totals.ts';
import { textOf } from '../output/utf8.ts';

/** What the page shows, in this order. */
const SECTIONS = [
  'policy',
  'hook',
  'cause',
  'prog',
  'verdict',
  'path',
  'bpf-exe',
  'bpf-user',
  'losses',
  'key',
  'executable',
  'event',
] as const;
const MOST_ROWS = 15;
/** Control characters, and those that turn the direction of text around or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}]/gu;
const CHART_WIDTH = 960;
const CHART_HEIGHT = 160;

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
td, th { padding: .2rem .5rem; text-align: left; vertical-align: middle }
td.count { text-align: right; font-variant-numeric: tabular-nums; width: 6rem }
td.bar { width: 40% } td.key { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
svg { display: block; width: 100%; height: auto }
.all { fill: #9db8d2 } .denied { fill: #b3402e } .axis { fill: #555; font-size: 12px }
.note { color: #555 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } .note { color: #aaa } .axis { fill: #aaa } }
`;

/**
 * One page with charts of what a log holds. It needs nothing else: no script, no font, no picture, and its
 * policy forbids the browser to load any. Text of the log is escaped, so it can be nothing but text.
 */
export async function htmlReport(source: ReportSource): Promise<string> {
  const query = { ...source.query, report: MAIN_SUMMARY, summary: true, also: [TIMELINE, ...SECTIONS] };
  const result = await collectReport({ ...source, query }, () => {});
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
  const sections = SECTIONS.map((name) => rankedSection(name, result.counts.also[name] ?? [], source));
  return (
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
    `<title>Audit report</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<h1>Audit report</h1>\n` +
    `${range(result)}${timelineChart(timelineOf(result.counts.also[TIMELINE] ?? []))}` +
    `${mainTotals(result)}${sections.join('')}</body>\n</html>\n`
  );
}

function range({ first, last }: ReportResult): string {
  if (first === undefined || last === undefined) return '<p class="note">The log holds no events.</p>\n';
  return `<p class="note">${isoTime(first.sec)} to ${isoTime(last.sec)}</p>\n`;
}

function timelineChart({ spans, widthSec }: Timeline): string {
  if (spans.length === 0) return '';
  const most = spans.reduce((highest, { events }) => Math.max(highest, events), 1);
  const step = CHART_WIDTH / spans.length;
  const columns = spans.map(({ startSec, events, decisions, denied, wouldDeny }, i) => {
    const title = `${isoTime(startSec)}: ${events} events, ${decisions} decisions, ${denied} denied, ${wouldDeny} would be`;
    return (
      `<g><title>${title}</title>${column('all', i * step, step, events / most)}` +
      `${column('denied', i * step, step, Math.min(denied, events) / most)}</g>\n`
    );
  });
  return (
    `<h2>Over time</h2>\n<p class="note">Each column is ${widthSec / 60} min; denied decisions are dark.</p>\n` +
    `<svg viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT + 20}" role="img" aria-label="events over time">\n${columns.join('')}` +
    `<text class="axis" x="0" y="${CHART_HEIGHT + 16}">${isoTime(spans[0]?.startSec ?? 0)}</text></svg>\n`
  );
}

function column(kind: string, x: number, step: number, part: number): string {
  const height = part * CHART_HEIGHT;
  const width = Math.max(step - 1, 0.5);
  return `<rect class="${kind}" x="${x.toFixed(2)}" y="${(CHART_HEIGHT - height).toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}"/>`;
}

function mainTotals({ counts }: ReportResult): string {
  const totals = new Totals();
  totals.merge(counts.totals);
  const rows = totals
    .rows()
    .map(({ label, count }) => `<tr><td>${escapeHtml(label)}</td><td class="count">${count}</td></tr>\n`);
  return `<h2>Totals</h2>\n<table>\n${rows.join('')}</table>\n`;
}

function rankedSection(name: string, entries: readonly TallyEntry[], { query }: ReportSource): string {
  const kind = REPORTS.get(name);
  if (entries.length === 0 || kind === undefined) return '';
  const tally = new Tally();
  tally.merge(entries);
  // Types by their names: the page is for people.
  const ranked = rankedEntries(
    { report: name, interpret: query.interpret || kind.hasNumericKeys === true },
    tally,
  );
  const most = ranked[0]?.hits ?? 1;
  const rows = ranked.slice(0, MOST_ROWS).map(({ word, hits }) => {
    const bar = `<svg viewBox="0 0 100 8" preserveAspectRatio="none"><rect class="all" width="${((100 * hits) / most).toFixed(2)}" height="8"/></svg>`;
    const text = escapeHtml(textOf(word));
    return `<tr><td class="key">${text}</td><td class="bar">${bar}</td><td class="count">${hits}</td></tr>\n`;
  });
  const rest = ranked.length - rows.length;
  const note = rest > 0 ? `<p class="note">and ${rest} more</p>\n` : '';
  return `<h2>${escapeHtml(kind.title.replace(/ Report$/, ''))}</h2>\n<table>\n${rows.join('')}</table>\n${note}`;
}

/** Text for an element or a quoted attribute; control characters and marks that turn text around are shown. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(UNSEEN, visible)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function visible(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function isoTime(sec: number): string {
  const date = new Date(sec * 1000);
  return Number.isNaN(date.getTime()) ? String(sec) : date.toISOString().replace('.000', '');
}
