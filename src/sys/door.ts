import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { BpfauditError } from '../errors/audit-error.ts';

/** The two libraries bpfaudit calls: glibc and libbpf. */
export const LIBRARY_FILES = { c: 'libc.so.6', bpf: 'libbpf.so.1' } as const;

type NativeFunction = ReturnType<LibraryHandle['func']>;

/** Short name of a native library. */
export type LibraryName = keyof typeof LIBRARY_FILES;

/**
 * What answers native calls. Unit tests put their own in place with {@link replaceDoor}, so everything above
 * `src/sys` can be tested without root and without libbpf.
 */
export interface Door {
  /**
   * Calls one native function.
   *
   * @param library - where it lives
   * @param prototype - its C prototype, `int socket(int, int, int)`
   * @param args - plain numbers, bigints, strings, buffers or pointers from earlier calls
   */
  call(library: LibraryName, prototype: string, args: readonly unknown[]): unknown;
  /** The same on a worker thread of libuv's pool, for calls that block. */
  callAsync(library: LibraryName, prototype: string, args: readonly unknown[]): Promise<unknown>;
  /** `errno` of the last {@link call} on this thread. */
  errno(): number;
}

let current: Door | undefined;

/** Loads koffi when the first native call is made: most searches make none, and it costs a third of their start. */
function loadKoffi(): typeof Koffi {
  return createRequire(import.meta.url)('koffi');
}

/** The door in use; opens the native one (koffi) the first time. */
export function door(): Door {
  current ??= nativeDoor();
  return current;
}

/**
 * Puts another door in place and gives back the means to restore the old one.
 *
 * @example
 * ```ts
 * using _door = replaceDoor({ call: () => -1, callAsync: async () => -1, errno: () => 1 });
 * ```
 */
export function replaceDoor(replacement: Door): Disposable {
  const previous = current;
  current = replacement;
  return {
    [Symbol.dispose]() {
      current = previous;
    },
  };
}

/** Name of the function a C prototype declares: `int socket(int, int, int)` is `socket`. */
export function functionName(prototype: string): string {
  const match = /([A-Za-z_]\w*)\s*\(/.exec(prototype);
  return match?.[1] ?? prototype;
}

function nativeDoor(): Door {
  const koffi = loadKoffi();
  const libraries = new Map<LibraryName, LibraryHandle>();
  const functions = new Map<string, NativeFunction>();

  function resolve(library: LibraryName, prototype: string): NativeFunction {
    const known = functions.get(prototype);
    if (known) return known;
    let handle = libraries.get(library);
    if (!handle) {
      handle = openLibrary(koffi, library);
      libraries.set(library, handle);
    }
    const native = handle.func(prototype);
    functions.set(prototype, native);
    return native;
  }

  return {
    call: (library, prototype, args) => resolve(library, prototype)(...args),
    callAsync: (library, prototype, args) =>
      new Promise((fulfil, reject) => {
        resolve(library, prototype).async(...args, (error: Error | null, result: unknown) => {
          if (error) reject(error);
          else fulfil(result);
        });
      }),
    errno: () => koffi.errno(),
  };
}

function openLibrary(koffi: typeof Koffi, library: LibraryName): LibraryHandle {
  const file = LIBRARY_FILES[library];
  try {
    return koffi.load(file);
  } catch (cause) {
    throw new BpfauditError(`load library ${file}: not found`, {
      code: 'E_LIBRARY',
      hint:
        library === 'bpf' ? 'install libbpf 1.x (Debian: apt-get install libbpf1)' : 'bpfaudit needs glibc',
      cause,
    });
  }
}
