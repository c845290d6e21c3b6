/** Where byte strings stand in a block, in rising order. */
export function* needleHits(block: Buffer, needles: readonly Buffer[]): Generator<number> {
  const next = needles.map((needle) => block.indexOf(needle));
  for (;;) {
    let lowest = -1;
    for (const [i, at] of next.entries()) if (at >= 0 && (lowest < 0 || at < (next[lowest] ?? 0))) lowest = i;
    if (lowest < 0) return;
    const at = next[lowest] ?? 0;
    yield at;
    next[lowest] = block.indexOf(needles[lowest] ?? Buffer.alloc(1), at + 1);
  }
}
