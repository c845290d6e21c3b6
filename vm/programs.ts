import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a program of this machine is, or `undefined`.
 *
 * The administrator's folders are searched too: they are not in every user's `PATH`.
 */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  if (name.includes('/')) return existsSync(name) ? name : undefined;
  const folders = [...path.split(':'), '/usr/local/sbin', '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
}

/** The shared libraries that a program or library loads at start, the dynamic loader included. */
export function sharedLibraries(file: string): string[] {
  // A static program makes ldd fail, which is an answer too.
  return parseLdd(spawnSync('ldd', [file], { encoding: 'utf8' }).stdout);
}

/** The paths in what `ldd` prints; `linux-vdso.so.1` has none. */
export function parseLdd(text: string): string[] {
  return [...text.matchAll(/(?:=>\s+|^\s+)(\/\S+)\s+\(0x/gm)].map(([, path = '']) => path);
}

/**
 * The path under which a file of this machine stands in the guest, where `/bin`, `/sbin`, `/lib` and `/lib64`
 * are links to their namesakes below `/usr`.
 */
export function guestPath(path: string): string {
  return path.replace(/^\/(bin|sbin|lib|lib64)\//, '/usr/$1/');
}
