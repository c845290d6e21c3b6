import type { BpfCondition, BpfRule } from '../bpf/bpf-rule.ts';
import { EMPTY_VIEW } from '../bpf/event-view.ts';
import { interpretCondition } from '../bpf/interpret.ts';
import { conditionNode, type IdentityResolver, type NodeBody } from './condition-node.ts';
import { FLAG, packNodes, type FilterNode } from './filter-node.ts';

/** The program a filter is for. Rules that name another program are not part of its filter. */
export interface FilteredProgram {
  readonly policy: string | undefined;
  readonly prog: string | undefined;
  readonly progId: number | undefined;
  readonly hook: string | undefined;
}

/** How large a filter may become. */
export interface FilterLimits {
  /**
   * Most nodes of one program; what comes behind is left to user space.
   *
   * @default 256
   */
  readonly maxNodes?: number;
}

const ASK: NodeBody = {
  field: 'ask',
  test: '=',
  flags: 0,
  arg: 0,
  value: 0n,
  bytes: new Uint8Array(16),
};

/**
 * Compiles the list `bpf` to the nodes that the kernel asks before it reserves anything in the ring, for one
 * program.
 *
 * What names the program (policy, prog, hook) is decided here, so a filter holds only what differs from call
 * to call. A rule with a condition that only user space can decide is kept as far as it goes: when the rest of
 * it holds, the kernel keeps the record and user space decides. Rules behind the last `never` change nothing
 * and are left out. So an empty result means: keep everything.
 *
 * @param rules - the whole list, in its order; the kernel's answers name rules by their place in it
 * @returns packed nodes, see {@link packNodes}
 */
export function compileKernelFilter(
  rules: readonly BpfRule[],
  program: FilteredProgram,
  resolver: IdentityResolver,
  limits: FilterLimits = {},
): Uint8Array {
  const blocks: { rule: number; drops: boolean; nodes: NodeBody[] }[] = [];
  for (const [rule, { action, conditions }] of rules.entries()) {
    const open = conditionsLeft(conditions, program);
    if (open === undefined) continue;
    blocks.push({ rule, drops: action === 'never', nodes: ruleNodes(open, resolver) });
    if (open.length === 0) break;
  }
  while (blocks.length > 0 && blocks.at(-1)?.drops === false) blocks.pop();
  return packNodes(layOut(blocks, limits.maxNodes ?? 256));
}

// Undefined when the rule cannot hold for this program.
function conditionsLeft(
  conditions: readonly BpfCondition[],
  program: FilteredProgram,
): BpfCondition[] | undefined {
  const view = { ...EMPTY_VIEW, ...program };
  const open: BpfCondition[] = [];
  for (const condition of conditions) {
    if (!isOfProgram(condition)) open.push(condition);
    else if (!interpretCondition(condition, view)) return undefined;
  }
  return open;
}

/** Whether a condition is decided once for each program. */
export function isOfProgram(condition: BpfCondition): boolean {
  if (condition.kind === 'text') return ['policy', 'prog', 'hook'].includes(condition.property);
  return condition.kind === 'number' && condition.property === 'progId';
}

function ruleNodes(conditions: readonly BpfCondition[], resolver: IdentityResolver): NodeBody[] {
  const nodes: NodeBody[] = [];
  let asks = false;
  for (const condition of conditions) {
    const node = conditionNode(condition, resolver);
    if (node === undefined) asks = true;
    else nodes.push(node);
  }
  if (asks) nodes.push(ASK);
  return nodes.length > 0 ? nodes : [{ ...ASK, field: 'always' }];
}

function layOut(
  blocks: readonly { rule: number; drops: boolean; nodes: readonly NodeBody[] }[],
  maxNodes: number,
): FilterNode[] {
  const laid: FilterNode[] = [];
  for (const { rule, drops, nodes } of blocks) {
    // One node must stay free for the question that stands for all rules behind.
    if (laid.length + nodes.length >= maxNodes || rule > 0xffff) {
      laid.push({ ...ASK, flags: FLAG.last, rule: Math.min(rule, 0xffff), next: laid.length + 1 });
      return laid;
    }
    const next = laid.length + nodes.length;
    for (const [at, node] of nodes.entries()) {
      const isLast = at === nodes.length - 1;
      const flags = node.flags | (isLast ? FLAG.last : 0) | (isLast && drops ? FLAG.drop : 0);
      laid.push({ ...node, flags, rule, next });
    }
  }
  return laid;
}
