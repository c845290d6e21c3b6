import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Archive } from './archive.ts';
import { findProgram, guestPath, sharedLibraries } from './programs.ts';
import { guestPrograms, libbpf } from './tools.ts';

/** What an image was built from: it is fresh as long as nothing of it changed. */
interface Manifest {
  /** Hash of the recipe: this file and the guest's init. */
  readonly recipe: string;
  /** Size and time of every file of this machine that went in. */
  readonly inputs: Readonly<Record<string, string>>;
}

const initFile = fileURLToPath(new URL('init', import.meta.url));
const recipeFiles = [initFile, fileURLToPath(import.meta.url)];

const users = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false
`;
const groups = 'root:x:0:\ndaemon:x:1:\nadm:x:4:\nnogroup:x:65534:\n';

/**
 * The part of the guest's file system that is the same for every run; built if missing or out of date.
 *
 * @param folder Where the image is kept.
 * @returns The image's file: an uncompressed cpio archive, since unpacking costs more than reading it.
 */
export function baseImage(folder: string): string {
  const image = join(folder, 'base.cpio');
  const manifestFile = join(folder, 'base.json');
  if (existsSync(image) && isFresh(manifestFile)) return image;
  mkdirSync(folder, { recursive: true });
  // Another run may build at the same time: each writes its own file, and the last one stays.
  const scratch = `${image}.${process.pid}`;
  rmSync(scratch, { force: true });
  const inputs = writeImage(scratch);
  const manifest: Manifest = { recipe: recipeHash(), inputs };
  renameSync(scratch, image);
  writeFileSync(manifestFile, JSON.stringify(manifest, undefined, 1));
  return image;
}

function isFresh(manifestFile: string): boolean {
  if (!existsSync(manifestFile)) return false;
  const manifest: Manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  if (manifest.recipe !== recipeHash()) return false;
  return Object.entries(manifest.inputs).every(([file, stamp]) => stampOf(file) === stamp);
}

function recipeHash(): string {
  const hash = createHash('sha256');
  for (const file of recipeFiles) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.size} ${stat.mtimeMs}`;
}

function writeImage(file: string): Record<string, string> {
  using archive = new Archive(file);
  const inputs: Record<string, string> = {};
  addSkeleton(archive);
  for (const [source, path] of programFiles()) {
    inputs[source] = stampOf(source);
    archive.copy(source, path);
  }
  const busybox = findProgram('busybox') ?? 'busybox';
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n');
  for (const applet of applets) {
    if (!['', 'busybox', 'sh'].includes(applet) && !(applet in guestPrograms)) {
      archive.link(`/usr/bin/${applet}`, 'busybox');
    }
  }
  archive.link('/usr/bin/sh', 'dash');
  addAuditConfiguration(archive);
  archive.copy(initFile, '/init');
  return inputs;
}

function addSkeleton(archive: Archive): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    archive.folder(`/usr/${name}`).link(`/${name}`, `usr/${name}`);
  for (const path of ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/log', '/guest']) archive.folder(path);
  archive.folder('/root', 0o700).folder('/var/log/audit', 0o700);
  archive.link('/var/run', '/run').link('/var/tmp', '/tmp');
  archive.file('/etc/passwd', users).file('/etc/group', groups).file('/etc/hosts', '127.0.0.1 localhost\n');
  archive.file('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n');
}

/** Every program and library that goes in, with its path in the guest. */
function programFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const add = (source: string, path: string): void => {
    files.set(source, path);
    for (const library of sharedLibraries(source)) files.set(library, guestPath(library));
  };
  add(process.execPath, '/usr/bin/node');
  add(libbpf, libbpf);
  for (const name of ['busybox', ...Object.keys(guestPrograms)]) {
    const source = findProgram(name);
    // The path behind all links, which is what audit records show.
    if (source !== undefined) add(source, guestPath(realpathSync(source)));
  }
  return files;
}

/** auditd refuses a configuration that others may write; a checkout's or container's mode is not trusted. */
function addAuditConfiguration(archive: Archive): void {
  const folder = '/etc/audit';
  archive.folder(folder, 0o750);
  for (const path of ['plugins.d', 'rules.d']) archive.folder(join(folder, path), 0o750);
  for (const name of ['auditd.conf', 'audit-stop.rules']) {
    const source = join(folder, name);
    if (existsSync(source)) archive.file(source, readFileSync(source), 0o640);
  }
  const library = join(dirname(folder), 'libaudit.conf');
  if (existsSync(library)) archive.file(library, readFileSync(library), 0o640);
}
