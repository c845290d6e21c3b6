import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BpfauditError } from '../../errors/audit-error.ts';
import { messageOf } from '../../errors/thrown.ts';
import { policySkeleton } from '../../policy/skeleton.ts';
import type { CommandIo } from '../command.ts';
import { packageRoot } from '../package-root.ts';
import { usageError } from '../usage-error.ts';
import type { PolicyOptions } from './options.ts';

/** `bpfaudit policy new NAME`: a folder with a policy that compiles and loads. */
export function scaffold({ words }: PolicyOptions, io: CommandIo): number {
  const [name = ''] = words;
  if (!/^[a-z][a-z0-9_-]{0,30}$/.test(name)) {
    throw usageError(
      'policy',
      `new: expected a name of a-z, 0-9, "_" and "-", found ${JSON.stringify(name)}`,
    );
  }
  const files = policySkeleton(name, join(packageRoot(), 'bpf'));
  try {
    mkdirSync(name);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(name, file), text, { flag: 'wx' });
  } catch (cause) {
    throw new BpfauditError(`new policy ${name}: ${messageOf(cause)}`, {
      code: 'E_POLICY_NEW',
      hint: 'choose a name that no file in this folder has',
      cause,
    });
  }
  io.stderr.write(
    `bpfaudit: wrote ${Object.keys(files)
      .map((file) => `${name}/${file}`)
      .join(', ')}; next: make -C ${name} && bpfaudit policy check ${name}\n`,
  );
  return 0;
}
