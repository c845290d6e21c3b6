import { existsSync } from 'node:fs';
import { PolicyLoader } from '../../policy/policy-loader.ts';
import type { PolicyRecord } from '../../policy/policy-record.ts';
import { openSource, type PolicySource } from '../../policy/policy-source.ts';
import type { CommandIo } from '../command.ts';
import { complain } from './complain.ts';
import type { PolicyOptions } from './options.ts';

/** `load`, `upgrade` and `unload`: one policy after the other; one that fails does not keep the others back. */
export async function change(options: PolicyOptions, io: CommandIo): Promise<number> {
  using loader = await PolicyLoader.open();
  let failed = 0;
  for (const word of options.words) {
    try {
      io.stderr.write(`bpfaudit: ${await changeOne(loader, options, word)}\n`);
    } catch (error) {
      complain(error, io);
      failed = 1;
    }
  }
  return failed;
}

async function changeOne(loader: PolicyLoader, options: PolicyOptions, word: string): Promise<string> {
  const overrides = {
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.order === undefined ? {} : { order: options.order }),
  };
  if (options.verb === 'unload') {
    await loader.unload(word);
    return `unloaded ${word}`;
  }
  if (options.verb === 'load') return told('loaded', await loader.load(openSource(word), overrides));
  return told('upgraded', await loader.upgrade(upgradeSource(loader, word), overrides));
}

/** A path, or the name of a policy that is loaded. */
function upgradeSource(loader: PolicyLoader, word: string): PolicySource {
  return existsSync(word) || word.includes('/') || word.includes('.')
    ? openSource(word)
    : loader.loadedSource(word);
}

function told(what: string, record: PolicyRecord): string {
  const { name, version, generation, mode, programs } = record;
  const which = version === undefined ? name : `${name} ${version}`;
  const where = programs.map(({ name: program, hook, id }) => `${program} on ${hook}, prog-id=${id}`);
  return `${what} ${which}, generation ${generation}, ${mode}: ${where.join('; ')}`;
}
