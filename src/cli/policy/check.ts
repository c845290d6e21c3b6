import { SharedMaps } from '../../bpf/shared-maps.ts';
import { PolicyObject } from '../../bpf/policy-object.ts';
import { BpfauditError } from '../../errors/audit-error.ts';
import { printable } from '../../errors/printable.ts';
import { checkedContents } from '../../policy/attach-generation.ts';
import { openSource } from '../../policy/policy-source.ts';
import type { CommandIo } from '../command.ts';
import { complain } from './complain.ts';
import type { PolicyOptions } from './options.ts';

/** `bpfaudit policy check`: manifest, object, and the verifier if we may ask it. Attaches nothing. */
export function check({ words }: PolicyOptions, io: CommandIo): number {
  let failed = 0;
  for (const word of words) {
    try {
      io.stdout.write(`${printable(`${word}: ${checkOne(word)}`)}\n`);
    } catch (error) {
      complain(error, io);
      failed = 1;
    }
  }
  return failed;
}

function checkOne(path: string): string {
  const source = openSource(path);
  using policy = PolicyObject.open(source.objectPath);
  checkedContents(source, policy);
  const plain = policy.programs.filter(({ gated }) => !gated).map(({ name }) => name);
  const gate =
    plain.length === 0 ? '' : `; no upgrade without a gap: ${plain.join(', ')} without BPF_AUDIT_POLICY()`;
  return `${verify(policy)}${gate}`;
}

function verify(policy: PolicyObject): string {
  let maps: SharedMaps;
  try {
    maps = SharedMaps.open();
  } catch (error) {
    if (!(error instanceof BpfauditError)) throw error;
    return `manifest and object are fine; the verifier was not asked: ${error.message}`;
  }
  try {
    policy.load(maps);
    return 'fine, and the verifier takes it';
  } finally {
    maps[Symbol.dispose]();
  }
}
