import { AuditSender } from '../../daemon/audit-sender.ts';
import type { RecordSink } from '../../daemon/collector.ts';
import { printable } from '../../errors/printable.ts';
import { Session } from '../../daemon/session.ts';
import { JOIN_TIMES } from '../../events/join/joiner.ts';
import { LogFile } from '../../log/log-file.ts';
import { writeWhole } from '../../log/write-all.ts';
import { AuditControl } from '../../netlink/audit-control.ts';
import { ResourceStack } from '../../sys/resource-stack.ts';
import type { CommandIo } from '../command.ts';
import type { RunOptions } from './options.ts';

const STDOUT = 1;

/** Loads policies and writes their records until the signal, or until auditd closes a plugin's input. */
export async function collect(options: RunOptions, io: CommandIo): Promise<void> {
  using resources = new ResourceStack();
  const warn = (line: string): unknown => io.stderr.write(`bpfaudit: ${printable(line)}\n`);
  const say = (line: string): unknown => (options.quiet ? undefined : warn(line));
  let session: Session | undefined;
  const sender = options.toAudit
    ? resources.use(await openSender((serial) => session?.kernelGave(serial) ?? false))
    : undefined;
  session = resources.use(
    await Session.open({
      policies: options.policies,
      sink: makeSink(options, sender, resources),
      json: options.json,
      say: warn,
      ...(options.join === undefined ? {} : { join: options.join }),
      ...(options.joinWait === undefined ? {} : { joinTimes: { ...JOIN_TIMES, kernelMs: options.joinWait } }),
      ...(options.join === 'plugin' ? { pluginInput: { stream: process.stdin, node: options.node } } : {}),
      ...(options.ruleErrnos === undefined ? {} : { ruleErrnos: options.ruleErrnos }),
      ...(options.paths === undefined ? {} : { paths: options.paths }),
      ...(options.ring === undefined ? {} : { ringSize: options.ring }),
    }),
  );
  for (const { object, name, kind, hook, id } of session.programs) {
    say(`${object}: ${name} on ${kind}/${hook}, prog-id=${id}`);
  }
  say('ready');
  try {
    await session.run(io.signal);
  } finally {
    await sender?.end();
  }
  report(session, sender, say, warn);
}

function report(
  session: Session,
  sender: AuditSender | undefined,
  say: (line: string) => unknown,
  warn: (line: string) => unknown,
): void {
  const { events, lost, malformed, otherAbi } = session.counts;
  const summary = `${events} records, ${lost} lost, ${malformed} malformed, ${otherAbi} of another ABI`;
  if (lost + malformed + otherAbi > 0) warn(summary);
  else say(summary);
  const { kernel, user, excluded } = session.ruleCounts;
  if (kernel + user + excluded > 0)
    say(`${kernel} dropped by rules in the kernel, ${user} behind the ring, ${excluded} excluded`);
  const joined = session.joinCounts;
  if (joined)
    say(`${joined.joined} joined, ${joined.alone} alone, ${joined.timeouts} timed out, ${joined.late} late`);
  if (!sender) return;
  const { counts } = sender;
  if (counts.lost > 0) warn(`${counts.lost} messages to audit were lost`);
  else say(`${counts.sent} messages to audit`);
}

/** Audit has to be on: while it is off the kernel takes messages and throws them away. */
async function openSender(kernelTells: (serial: number) => boolean): Promise<AuditSender> {
  const control = AuditControl.open();
  try {
    if ((await control.status()).enabled === 0) await control.setStatus({ enabled: 1 });
    const sender = new AuditSender({ control, kernelTells });
    await sender.begin();
    return sender;
  } catch (error) {
    control[Symbol.dispose]();
    throw error;
  }
}

function makeSink(
  options: RunOptions,
  sender: AuditSender | undefined,
  resources: ResourceStack,
): RecordSink {
  const log = options.log === undefined ? undefined : resources.use(new LogFile(options.log));
  if (sender === undefined) {
    return log ?? { write: (lines) => writeWhole(STDOUT, lines, 'standard output') };
  }
  if (log === undefined) return sender;
  return {
    log,
    write: (lines) => {
      log.write(lines);
      sender.write(lines);
    },
  };
}
