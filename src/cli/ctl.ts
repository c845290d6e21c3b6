import { readFileSync } from 'node:fs';
import { BpfauditError } from '../errors/audit-error.ts';
import { AuditControl } from '../netlink/audit-control.ts';
import type { Command } from '../rules/command.ts';
import { parseArguments } from '../rules/parse-command.ts';
import { mergeRuleFiles } from '../rules/rule-directory.ts';
import { BpfList } from './ctl/bpf-list.ts';
import { executeCommands } from './ctl/execute.ts';
import { hostContext } from '../rules/host-context.ts';
import {
  checkRules,
  loadRules,
  parseLoad,
  readRulesDirectory,
  type LoadReport,
  type LoadRequest,
} from './ctl/load.ts';
import { executeRulesFile } from './ctl/rules-file.ts';
import type { CtlOutput, CtlSession } from './ctl/session.ts';
import { USAGE } from './ctl/usage.ts';
import { version } from './version.ts';

const DONE = 0;
const RULES_FILE_FAILED = 1;
const NOT_ALLOWED = 4;
/** auditctl's -1. */
const FAILED = 255;
const LOCKED = 2;
const CAP_AUDIT_CONTROL = 30n;

/** The part of a command's surroundings that ctl uses. */
export interface CtlIo {
  readonly stdout: { write(chunk: string): unknown };
  readonly stderr: { write(chunk: string): unknown };
}

/** `bpfaudit ctl`: auditctl's options, with auditctl's exit statuses. */
export const command: {
  run(argv: readonly string[], io: CtlIo): Promise<number>;
} = {
  async run(argv, io) {
    const output: CtlOutput = {
      out: (text) => io.stdout.write(text),
      err: (line) => io.stderr.write(`${line}\n`),
    };
    try {
      return await runCtl(argv, output);
    } catch (error) {
      output.err(explain(error));
      return FAILED;
    }
  },
};

async function runCtl(argv: readonly string[], output: CtlOutput): Promise<number> {
  if (argv.length === 0) {
    output.out(USAGE);
    return 1;
  }
  if (argv[0] === 'load') return await runLoad(parseLoad(argv.slice(1)), output);
  const context = hostContext();
  const commands = parseArguments(argv, context);
  if (commands.some(({ kind }) => kind === 'help')) output.out(USAGE);
  else if (commands.some(({ kind }) => kind === 'version')) output.out(`bpfaudit ctl version ${version()}\n`);
  else if (!hasAuditControl()) return notAllowed(output);
  else {
    using control = AuditControl.open();
    using bpf = new BpfList();
    return await runCommands(commands, { control, bpf, context, output, goOn: false, remember: false });
  }
  return DONE;
}

/** `ctl load`: augenrules' job, without a merged file in between. */
async function runLoad({ directory, check }: LoadRequest, output: CtlOutput): Promise<number> {
  const context = hostContext();
  if (check) {
    const report = checkRules(readRulesDirectory(directory), context);
    return tell(report, `good in ${directory}; nothing was changed`, output);
  }
  if (!hasAuditControl()) return notAllowed(output);
  const files = readRulesDirectory(directory);
  using control = AuditControl.open();
  if ((await control.status()).enabled === LOCKED) return locked(output);
  using bpf = new BpfList();
  const session = { control, bpf, context, output, goOn: true, remember: true };
  const report = await loadRules(mergeRuleFiles(files, context), files.length, session);
  return tell(report, `loaded from ${directory}`, output);
}

function tell(report: LoadReport, what: string, output: CtlOutput): number {
  for (const error of report.errors) output.err(`bpfaudit ctl: ${error}`);
  const present = report.present > 0 ? `, ${report.present} there already` : '';
  output.out(
    `${report.loaded} rules of ${report.files} files ${what}${present}, ${report.errors.length} errors\n`,
  );
  return report.errors.length === 0 ? DONE : RULES_FILE_FAILED;
}

function notAllowed(output: CtlOutput): number {
  output.err('You must be root to run this program.');
  return NOT_ALLOWED;
}

/** auditctl exits with 0 here, and boot scripts rely on it. */
function locked(output: CtlOutput): number {
  output.err('The audit system is in immutable mode, no rule changes allowed');
  return DONE;
}

async function runCommands(commands: readonly Command[], session: CtlSession): Promise<number> {
  if (commands.some(changesRules) && (await session.control.status()).enabled === LOCKED) {
    return locked(session.output);
  }
  const file = commands.find((each) => each.kind === 'read');
  if (!file) {
    await executeCommands(commands, session);
    return DONE;
  }
  await executeCommands(
    commands.filter((each) => each !== file),
    session,
  );
  try {
    return await executeRulesFile(file.file, session, explain);
  } catch (error) {
    session.output.err(explain(error));
    return RULES_FILE_FAILED;
  }
}

function changesRules({ kind }: Command): boolean {
  return kind === 'add' || kind === 'delete' || kind === 'read';
}

/** One line: what happened, the code to look up, and the cure. */
function explain(error: unknown): string {
  if (!(error instanceof BpfauditError)) throw error;
  const hint = error.hint === undefined ? '' : `; ${error.hint}`;
  return `bpfaudit ctl: ${error.message} [${error.code}]${hint}`;
}

/** Whether this process may control audit, by its effective capabilities (auditctl asks the same). */
function hasAuditControl(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_AUDIT_CONTROL) & 1n) === 1n;
}
