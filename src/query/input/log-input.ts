import type { Readable } from 'node:stream';

/** Where records come from: files, the oldest first, or a stream. */
export type LogInput =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'stream'; readonly stream: Readable; readonly name: string };
