import { VIA, type PathVia } from '../../../src/bpf/path-via.ts';
import { run, stress } from './commands.ts';
import { tool } from './place.ts';
import { collecting } from './session.ts';

/** Calls of orc whose object has a path of some kind. */
export const pathTriggers: readonly (readonly string[])[] = [
  ...['pipe', 'socket', 'eventfd', 'epoll', 'timerfd', 'pidfd', 'memfd'].map((kind) => [
    'ioctl-special',
    kind,
  ]),
  ...[
    'deleted',
    'hardlink',
    'renamed',
    'rmdirparent',
    'lazyumount',
    'bindmount',
    'chroot-in',
    'chroot-out',
  ].map((place) => ['ioctl-place', place]),
  ...[
    '/',
    '/tmp',
    '/dev/null',
    '/proc/self/status',
    '/sys/kernel/notes',
    '/tmp/a b',
    '/tmp/a\nb',
    '/tmp/caf\u00e9',
  ].map((path) => ['ioctl-path', path]),
  ['ioctl-path', '/proc/self/ns/mnt'],
  ['ioctl-path', `/tmp/${'n'.repeat(255)}`],
  ['open', '/dev/null'],
  ...[240, 250, 255, 256, 257, 258, 270, 500, 1000, 4000, 4095, 4096, 4107, 5000].map((length) => [
    'open-long',
    String(length),
    'z',
  ]),
];

/** Folders and the length of their names, from the root of a tmpfs down. */
export const deepPaths: readonly (readonly [levels: number, length: number])[] = [
  [300, 1],
  [60, 200],
  [130, 250],
  [140, 250],
];

/** One way to render: the record of each trigger, the deep ones last. */
export type Rendered = readonly string[];

function render(name: string, via: PathVia | undefined): Rendered {
  const options = { name: `paths-${name}`, policies: ['stress-paths'], ...(via !== undefined && { via }) };
  const texts: string[] = [];
  const { text } = collecting(options, (collector) => {
    for (const trigger of pathTriggers) run(tool('orc'), trigger);
    for (const [levels, length] of deepPaths) stress(['deep', String(levels), String(length)]);
    collector.drain();
  });
  texts.push(...text.split('\n').filter((line) => line !== ''));
  return texts;
}

/** The same calls with each way to render a path. */
export function paths(): { readonly auto: Rendered; readonly helper: Rendered; readonly walk: Rendered } {
  return {
    auto: render('auto', undefined),
    helper: render('helper', VIA.HELPER),
    walk: render('walk', VIA.WALK),
  };
}
