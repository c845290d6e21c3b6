import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BpfauditError } from '../../errors/audit-error.ts';
import { PolicyLoader } from '../../policy/policy-loader.ts';
import { MANIFEST_FILE, openSource } from '../../policy/policy-source.ts';
import type { OwnRecord } from '../own-record.ts';

/** What loading needs of the daemon. */
export interface PolicyReport {
  readonly say: (line: string) => void;
  /** Writes a record into the log. */
  readonly tell: (record: OwnRecord) => void;
}

/**
 * Loads every policy of a folder, in the order of names. One that is loaded already stays, unless its object has
 * changed: then it is upgraded. One that fails is told, and takes no other down.
 *
 * @param ringSize - bytes; used only if the ring has to be made
 */
export async function loadConfiguredPolicies(
  folder: string,
  ringSize: number,
  report: PolicyReport,
): Promise<void> {
  const paths = policiesIn(folder);
  if (paths.length === 0) return;
  using loader = await PolicyLoader.open({ ringSize });
  for (const path of paths) {
    try {
      const source = openSource(path);
      const active = loader.active(source.manifest.name);
      if (active?.sha256 === source.sha256) continue;
      const record = await (active ? loader.upgrade(source) : loader.load(source));
      const { name, version, generation, mode } = record;
      report.tell({
        type: 'DAEMON_CONFIG',
        op: active ? 'policy-upgrade' : 'policy-load',
        fields: {
          policy: name,
          ...(version === undefined ? {} : { version }),
          generation,
          mode: { word: mode },
        },
        res: 'success',
      });
    } catch (error) {
      fail(path, error, report);
    }
  }
}

/** Folders with a manifest, and objects. */
function policiesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.bpf.o') || isPolicyFolder(path));
}

function isPolicyFolder(path: string): boolean {
  return statSync(path).isDirectory() && existsSync(join(path, MANIFEST_FILE));
}

function fail(path: string, error: unknown, { say, tell }: PolicyReport): void {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof BpfauditError ? error.code : undefined;
  say(`policy ${path}: ${text}${code === undefined ? '' : ` (${code})`}`);
  tell({
    type: 'DAEMON_ERR',
    op: 'policy-failed',
    fields: { path, ...(code === undefined ? {} : { code: { word: code } }), reason: text },
    res: 'failed',
  });
}
