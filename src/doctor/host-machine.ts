import { closeSync, existsSync, openSync, readSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { tryLsmProgram, tryRingBuffer, tryTaskStorage } from '../bpf/feature-probe.ts';
import { ownObject } from '../bpf/shared-maps.ts';
import { BpfauditError } from '../errors/audit-error.ts';
import { errorName } from '../errors/thrown.ts';
import { AuditControl } from '../netlink/audit-control.ts';
import { libbpfNumber, withLibbpfMessages } from '../sys/libbpf.ts';
import type { AuditState, FileText, LibbpfVersion, Machine } from './machine.ts';

/** The machine this process runs on. */
export function hostMachine(): Machine {
  return {
    kernelRelease: release(),
    arch: process.arch,
    read,
    isMounted,
    libbpf: libbpfVersion,
    hasOwnObjects: () => existsSync(ownObject('core/ring.bpf.o')),
    tryLsmProgram: () => quietly(tryLsmProgram),
    tryRingBuffer: () => quietly(tryRingBuffer),
    tryTaskStorage: () => quietly(tryTaskStorage),
    audit,
  };
}

/** The files of interest are short; of the kernel's types the begin is enough to see that they can be read. */
const READ_BYTES = 64 * 1024;

function read(path: string): FileText {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const bytes = Buffer.alloc(READ_BYTES);
    return { text: bytes.toString('latin1', 0, readSync(fd, bytes)) };
  } catch (error) {
    const name = errorName(error);
    return { error: name === 'ENOENT' || name === 'ENOTDIR' ? 'missing' : 'forbidden' };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isMounted(path: string, magic: number): boolean {
  try {
    return statfsSync(path).type >>> 0 === magic;
  } catch {
    return false;
  }
}

function libbpfVersion(): LibbpfVersion {
  try {
    return {
      major: libbpfNumber('uint32_t libbpf_major_version()'),
      minor: libbpfNumber('uint32_t libbpf_minor_version()'),
    };
  } catch (error) {
    if (error instanceof BpfauditError && error.code === 'E_LIBRARY') return undefined;
    throw error;
  }
}

/** A try that fails is a finding, not something for libbpf to print. */
function quietly<T>(action: () => T): T {
  return withLibbpfMessages(() => {}, action);
}

async function audit(): Promise<AuditState> {
  try {
    using control = AuditControl.open();
    return { enabled: (await control.status()).enabled };
  } catch (error) {
    if (error instanceof BpfauditError) return { code: error.code };
    throw error;
  }
}
