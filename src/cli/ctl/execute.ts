import { BpfauditError } from '../../errors/audit-error.ts';
import { messageOf } from '../../errors/thrown.ts';
import type { AuditStatusChange } from '../../netlink/status.ts';
import { REQUEST } from '../../netlink/message-types.ts';
import type { AuditSetting, Command, DaemonSignal } from '../../rules/command.ts';
import { deleteInstalledRules, installedRules } from '../../rules/installed-rules.ts';
import { encodeRule } from '../../rules/kernel-bytes.ts';
import { printRule } from '../../rules/print-rule.ts';
import { formatPlace } from '../../rules/rule-error.ts';
import { isBpfRule } from '../../rules/rule.ts';
import { bpfStatusText, listedRules } from './bpf-list.ts';
import type { CtlSession } from './session.ts';
import { loginuidText, statusText } from './status-text.ts';
import { userText } from './user-text.ts';

const MEMBERS: Readonly<Record<AuditSetting, keyof AuditStatusChange>> = {
  enabled: 'enabled',
  failure: 'failure',
  'rate-limit': 'rateLimit',
  'backlog-limit': 'backlogLimit',
  'backlog-wait-time': 'backlogWaitTime',
};

const MISPLACED = '-R, -h and -v have no place in a rules file, and -R is given once';

/**
 * Does what one command line, or one line of a rules file, asks for, in its order. After settings the status
 * is printed once, as auditctl does.
 *
 * @throws BpfauditError for the first command that fails; what came before it stays done
 */
export async function executeCommands(commands: readonly Command[], session: CtlSession): Promise<void> {
  for (const command of commands) await execute(command, session);
  if (commands.some(({ kind }) => kind === 'set')) {
    session.output.out(statusText(await session.control.status()));
  }
}

async function execute(command: Command, session: CtlSession): Promise<void> {
  const { control, output } = session;
  switch (command.kind) {
    case 'status':
      output.out(statusText(await control.status(), { interpret: command.interpret }));
      output.out(loginuidText(await control.features()));
      return output.out(bpfStatusText(session.bpf.existing));
    case 'set':
      return control.setStatus({ [MEMBERS[command.setting]]: command.value });
    case 'reset-lost':
      return output.err(`lost: ${await control.resetLost()}`);
    case 'reset-backlog-wait-time-actual':
      return output.err(`backlog_wait_time_actual: ${await control.resetBacklogWaitTimeActual()}`);
    case 'loginuid-immutable':
      return control.setFeature('loginuidImmutable', { on: true, lock: true });
    case 'message':
      return control.sendUserMessage(REQUEST.USER, userText(command.text));
    case 'trim':
      return control.trimWatches();
    case 'equivalent':
      return control.makeEquivalent(command.mount, command.subtree);
    case 'signal':
      return signalDaemon(command.signal, session);
    default:
      return executeRuleCommand(command, session);
  }
}

async function executeRuleCommand(command: Command, session: CtlSession): Promise<void> {
  const { control } = session;
  switch (command.kind) {
    case 'add':
      for (const warning of command.warnings) session.output.err(warning);
      if (isBpfRule(command.rule)) return session.bpf.store.add(command.rule);
      return control.addRule(encodeRule(command.rule));
    case 'delete':
      for (const warning of command.warnings) session.output.err(warning);
      if (isBpfRule(command.rule)) return session.bpf.store.remove(command.rule);
      return control.deleteRule(encodeRule(command.rule));
    case 'list':
      return listRules(session, command.interpret, command.key, command.where);
    case 'delete-all':
      await deleteInstalledRules(control, command.key);
      session.bpf.existing?.clear(command.key);
      return listRules(session, false);
    case 'continue':
      session.remember = true;
      session.goOn = true;
      return;
    case 'ignore':
      session.goOn = true;
      return;
    default:
      throw new BpfauditError(`${formatPlace(command.source, command.column)}: ${MISPLACED}`, {
        code: 'E_RULE_PLACE',
      });
  }
}

/** "No rules" is said only when the kernel holds none at all, and an empty answer is never a failure. */
async function listRules(
  session: CtlSession,
  interpret: boolean,
  key?: string,
  where: boolean = false,
): Promise<void> {
  const { control, context, output } = session;
  const rules = await installedRules(control, key);
  for (const { rule } of rules) output.out(`${printRule(rule, { interpret, machine: context.machine })}\n`);
  const store = session.bpf.existing;
  const ours = store === undefined ? [] : listedRules(store, key, where);
  for (const line of ours) output.out(`${line}\n`);
  if (rules.length + ours.length > 0) return;
  if (key === undefined || (await control.listRules()).length === 0) output.out('No rules\n');
}

async function signalDaemon(signal: DaemonSignal, session: CtlSession): Promise<void> {
  const { pid } = await session.control.status();
  if (pid === 0) return session.output.err('Auditd is not running');
  try {
    process.kill(pid, signal);
  } catch (cause) {
    throw new BpfauditError(`signal the audit daemon ${pid}: ${messageOf(cause)}`, {
      code: 'E_AUDIT_SIGNAL',
      hint: 'the daemon may have just ended: see `ctl -s`',
      cause,
    });
  }
}
