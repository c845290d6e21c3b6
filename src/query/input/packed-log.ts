import { createReadStream } from 'node:fs';
import { BpfauditError } from '../../errors/audit-error.ts';
import { errorName, messageOf } from '../../errors/thrown.ts';

/** Whether a file is compressed. */
export function isPacked(path: string): boolean {
  return path.endsWith('.gz') || path.endsWith('.zst');
}

/**
 * The bytes of a compressed log. `.zst` is read with the program zstd, which packed it: Node reads it only
 * from version 22.15 on.
 *
 * @throws E_LOG_PACKED if it cannot be unpacked.
 */
export async function* packedBytes(path: string): AsyncGenerator<Buffer> {
  try {
    yield* path.endsWith('.zst') ? zstdBytes(path) : gzipBytes(path);
  } catch (cause) {
    const isMissing = errorName(cause) === 'ENOENT' && path.endsWith('.zst');
    throw new BpfauditError(`unpack log ${path}: ${messageOf(cause)}`, {
      code: 'E_LOG_PACKED',
      hint: isMissing
        ? 'install zstd (Debian: apt-get install zstd)'
        : 'the file is damaged or cannot be read',
      cause,
    });
  }
}

async function* gzipBytes(path: string): AsyncGenerator<Buffer> {
  // Few searches unpack anything: the others need not wait for this to be loaded.
  const { createGunzip } = await import('node:zlib');
  const source = createReadStream(path);
  const unpacked = createGunzip();
  source.on('error', (error) => unpacked.destroy(error));
  try {
    yield* source.pipe(unpacked);
  } finally {
    source.destroy();
  }
}

async function* zstdBytes(path: string): AsyncGenerator<Buffer> {
  const { spawn } = await import('node:child_process');
  const child = spawn('zstd', ['--decompress', '--stdout', '--quiet', '--', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 500);
  });
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  // It is awaited below; until then its failure must not count as unhandled.
  ended.catch(() => {});
  try {
    yield* child.stdout;
    const code = await ended;
    if (code !== 0) throw new Error(said.trim() === '' ? `zstd ended with ${code}` : said.trim());
  } finally {
    child.kill();
  }
}
