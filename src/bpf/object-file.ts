import { door } from '../sys/door.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { isNull, libbpf, libbpfNumber, withLibbpfMessages, type Pointer } from '../sys/libbpf.ts';
import { SystemError } from '../sys/system-error.ts';
import { SHARED_MAPS, type SharedMaps } from './shared-maps.ts';
import { VerifierError } from './verifier-error.ts';

/**
 * Opens an object file with libbpf; `bpf_object__close()` is up to the caller.
 *
 * @throws {SystemError} `E_OBJECT`
 */
export function openObject(path: string): Pointer {
  const messages: string[] = [];
  const object = withLibbpfMessages(
    (level, message) => level === 'warn' && messages.push(message),
    () => libbpf('void *bpf_object__open_file(const char *, const void *)', path, null),
  );
  if (!isNull(object)) return object;
  throw new SystemError(`open policy ${path}`, door().errno(), {
    code: 'E_OBJECT',
    hint: messages.at(-1)?.replace(/^libbpf: /, '') ?? 'libbpf cannot read it',
  });
}

/**
 * Loads an opened object with the shared maps in the place of its own.
 *
 * @param name - for errors
 * @param own - descriptors of further maps that take the place of the object's, by name
 * @throws {VerifierError} `E_BPF_VERIFIER`
 * @throws {BpfauditError} `E_BPF_LOAD`
 */
export function loadObject(
  object: Pointer,
  name: string,
  maps: SharedMaps,
  own: ReadonlyMap<string, number> = new Map(),
): void {
  for (const map of SHARED_MAPS) reuse(object, map, maps.fd(map));
  for (const [map, fd] of own) reuse(object, map, fd);
  const messages: string[] = [];
  const error = withLibbpfMessages(
    (level, message) => level === 'warn' && messages.push(message),
    () => libbpfNumber('int bpf_object__load(void *)', object),
  );
  if (error < 0) throw loadError(name, -error, messages);
}

function reuse(object: Pointer, name: string, fd: number): void {
  const map = libbpf('void *bpf_object__find_map_by_name(const void *, const char *)', object, name);
  if (!isNull(map)) libbpf('int bpf_map__reuse_fd(void *, int)', map, fd);
}

function loadError(object: string, errno: number, messages: readonly string[]): BpfauditError {
  const all = messages.join('\n');
  const program = /prog '([^']+)': (?:BPF program load failed|failed to load)/.exec(all)?.[1];
  const log = /-- BEGIN PROG LOAD LOG --\n([\s\S]*?)-- END PROG LOAD LOG --/.exec(all)?.[1];
  if (program !== undefined && log !== undefined && log.trim() !== '') {
    return new VerifierError(object, program, messages.at(-1) ?? '', log);
  }
  return new SystemError(`load policy ${object}`, errno, {
    code: 'E_BPF_LOAD',
    hint:
      errno === 1
        ? 'run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN; bpfaudit doctor says more'
        : (messages.find((message) => !/failed to load/.test(message))?.replace(/^libbpf: /, '') ??
          'bpfaudit doctor says whether this machine can run BPF LSM'),
  });
}
