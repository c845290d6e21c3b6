import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const bpf = join(import.meta.dirname, '../../bpf');

/** Why BPF C cannot be compiled here; undefined if it can. */
export function whyNoCompiler(): string | undefined {
  return spawnSync('clang', ['--version']).status === 0 ? undefined : 'clang is not installed';
}

const KERNEL_HEADERS = [
  '#include <vmlinux.h>',
  '#include <bpf/bpf_helpers.h>',
  '#include <bpf/bpf_tracing.h>',
  '#include <bpf/bpf_core_read.h>',
].join('\n');

/** Compiles policies in a folder; the types of the kernel, which are long, are read once. */
export class BpfCompiler {
  readonly #folder: string;
  readonly #flags: readonly string[];

  constructor(folder: string) {
    this.#folder = folder;
    const triplet = spawnSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).stdout.trim();
    const target = ['-g', '-O2', '-target', 'bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86'];
    this.#flags = [...target, `-I${join(bpf, 'vmlinux')}`, '-isystem', `/usr/include/${triplet}`];
    this.#clang(['-x', 'c-header', '-', '-o', this.#path('kernel.pch')], KERNEL_HEADERS);
  }

  /** Compiles a policy whose functions are `body`; gives what the compiler said, empty if all is well. */
  compile(body: string, output: string, include: string = join(bpf, 'include')): string {
    const source = `#include "bpf_audit.h"\nchar _license[] SEC("license") = "GPL";\n${body}`;
    const kernel = ['-include-pch', this.#path('kernel.pch')];
    return this.#clang([...kernel, `-I${include}`, '-x', 'c', '-c', '-', '-o', this.#path(output)], source);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #clang(args: readonly string[], input: string): string {
    const { status, stderr } = spawnSync('clang', [...this.#flags, ...args], { input, encoding: 'utf8' });
    return status === 0 ? '' : stderr;
  }
}

/** The section of that name of a 64-bit little-endian ELF file. */
export function elfSection(path: string, name: string): Buffer {
  const file = readFileSync(path);
  const heads = Number(file.readBigUInt64LE(0x28));
  const size = file.readUInt16LE(0x3a);
  const section = (index: number): { name: number; bytes: Buffer } => {
    const at = heads + index * size;
    const from = Number(file.readBigUInt64LE(at + 0x18));
    return {
      name: file.readUInt32LE(at),
      bytes: file.subarray(from, from + Number(file.readBigUInt64LE(at + 0x20))),
    };
  };
  const names = section(file.readUInt16LE(0x3e)).bytes;
  for (let index = 1; index < file.readUInt16LE(0x3c); index++) {
    const found = section(index);
    if (names.toString('latin1', found.name, names.indexOf(0, found.name)) === name) return found.bytes;
  }
  throw new Error(`${path} has no section ${name}`);
}
