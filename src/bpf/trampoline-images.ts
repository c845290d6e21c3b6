import { readFile } from 'node:fs/promises';

const SYMBOLS = '/proc/kallsyms';
/** `ADDRESS t bpf_trampoline_KEY<tab>[bpf]`; functions of the kernel have such names, too, but other types or endings. */
const IMAGE = Buffer.from(' bpf_trampoline_');

/**
 * Code that the kernel has made to call the programs on a hook. Each change of a hook makes a new image; the one before
 * keeps its name until every task has left it (`bpf_tramp_image_put()`, kernel/bpf/trampoline.c).
 */
export interface TrampolineImages {
  readonly hooks: number;
  /** Images that tasks may still be in, though no call enters them any more. */
  readonly left: number;
}

/**
 * Counts the images in a list of the kernel's symbols.
 *
 * @param symbols - what /proc/kallsyms gives
 */
export function countImages(symbols: Buffer): TrampolineImages {
  const counts = new Map<string, number>();
  for (let at = symbols.indexOf(IMAGE); at >= 0; at = symbols.indexOf(IMAGE, at + IMAGE.length)) {
    const end = symbols.indexOf('\n', at);
    const line = symbols.toString('latin1', at, end < 0 ? symbols.length : end);
    const key = /^ bpf_trampoline_(\d+)(?:_\d+)?\t\[bpf\]$/.exec(line)?.[1];
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let left = 0;
  for (const count of counts.values()) left += count - 1;
  return { hooks: counts.size, left };
}

/**
 * The images of this kernel: nothing if it does not show them, with net.core.bpf_jit_harden or without
 * net.core.bpf_jit_kallsyms. The kernel takes a while to list all its symbols; another thread waits for that.
 */
export async function readImages(): Promise<TrampolineImages | undefined> {
  const images = countImages(await readFile(SYMBOLS));
  return images.hooks === 0 ? undefined : images;
}
