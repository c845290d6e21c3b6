import { addAbortSignal, type Readable } from 'node:stream';
import type { PluginDecoder } from './plugin-decoder.ts';
import type { AuditRecordBatch } from './record-batch.ts';

/** How to read from auditd, see {@link pluginRecords}. */
export interface PluginSourceOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Milliseconds for {@link AuditRecordBatch.receivedAtMs}. @default Date.now */
  readonly clock?: () => number;
}

/**
 * Records that auditd hands to a plugin on its standard input, batch by batch, until auditd closes it or the
 * signal fires.
 *
 * Read without long pauses: auditd hands records to its plugins one after the other and waits for each, so a
 * plugin that does not read holds up the others, until auditd's own queue (`q_depth`) overflows.
 *
 * @throws BpfauditError E_PLUGIN_STREAM
 * @example
 * ```ts
 * const decoder = new PluginDecoder({ format: 'string', typeNumber });
 * for await (const batch of pluginRecords(process.stdin, decoder)) join.take(batch);
 * ```
 */
export async function* pluginRecords(
  input: Readable,
  decoder: PluginDecoder,
  options: PluginSourceOptions = {},
): AsyncGenerator<AuditRecordBatch, void, undefined> {
  const clock = options.clock ?? Date.now;
  if (options.signal) addAbortSignal(options.signal, input);
  try {
    for await (const chunk of input) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a plugin reads bytes: set no encoding');
      yield* decoder.decode(chunk, clock());
    }
  } catch (error) {
    if (!options.signal?.aborted) throw error;
  } finally {
    decoder.finish();
  }
}
