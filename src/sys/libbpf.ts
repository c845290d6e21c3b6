import koffi from 'koffi';
import { door } from './door.ts';

/** A pointer that libbpf gave: `struct bpf_object *`, `struct bpf_program *` ... */
export type Pointer = unknown;

/** Severity of a libbpf message, `enum libbpf_print_level`. */
export type LibbpfLevel = 'warn' | 'info' | 'debug';

const LEVELS: readonly LibbpfLevel[] = ['warn', 'info', 'debug'];

/** More than the 16 MiB of `BPF_LOG_BUF_SIZE` in libbpf.c, the longest log that libbpf asks for. */
const MESSAGE_BYTES = 17 * 1024 * 1024;

let sink: ((level: LibbpfLevel, message: string) => void) | undefined;
let registered = false;

/**
 * Hands libbpf's messages to `listener` while `action` runs. libbpf prints to stderr otherwise, and its
 * messages say what its return codes don't.
 */
export function withLibbpfMessages<T>(
  listener: (level: LibbpfLevel, message: string) => void,
  action: () => T,
): T {
  registerPrinter();
  const previous = sink;
  sink = listener;
  try {
    return action();
  } finally {
    sink = previous;
  }
}

function registerPrinter(): void {
  if (registered) return;
  registered = true;
  const printer = koffi.proto('int libbpf_printer(int level, const char *format, void *arguments)');
  // Room for a whole verifier log, whose end says why. Only what is written takes memory.
  const line = Buffer.allocUnsafeSlow(MESSAGE_BYTES);
  const callback = koffi.register((level: number, format: string, list: unknown) => {
    // On the ABIs that Debian has, a va_list that is passed on is a pointer.
    const length = Number(
      door().call('c', 'int vsnprintf(char *, size_t, const char *, void *)', [
        line,
        line.length,
        format,
        list,
      ]),
    );
    sink?.(LEVELS[level] ?? 'debug', line.toString('latin1', 0, Math.min(length, line.length - 1)).trimEnd());
    return 0;
  }, koffi.pointer(printer));
  door().call('bpf', 'void *libbpf_set_print(void *)', [callback]);
}

/** Calls libbpf; see bpf/libbpf.h and bpf/bpf.h for the functions. */
export function libbpf(prototype: string, ...args: readonly unknown[]): unknown {
  return door().call('bpf', prototype, args);
}

/** The same for functions that return a number. */
export function libbpfNumber(prototype: string, ...args: readonly unknown[]): number {
  return Number(door().call('bpf', prototype, args));
}

/** Whether a pointer is NULL. */
export function isNull(pointer: Pointer): boolean {
  return pointer === null || pointer === undefined;
}

/** Copies `length` bytes from native memory. */
export function copyBytes(pointer: Pointer, length: number): Buffer {
  return Buffer.from(new Uint8Array(koffi.view(pointer, length)));
}

/** The address of a buffer, for structures that hold pointers; the caller keeps the buffer alive. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}
