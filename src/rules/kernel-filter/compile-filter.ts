import type { BpfCondition, BpfRule } from '../bpf/bpf-rule.ts';
import { rulesOfProgram, type FilteredProgram } from '../bpf/rules-of-program.ts';
import { conditionNode, type IdentityResolver, type NodeBody } from './condition-node.ts';
import { FLAG, packNodes, type FilterNode } from './filter-node.ts';

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
  const blocks = rulesOfProgram(rules, program).map(({ rule, conditions }) => ({
    rule,
    drops: rules[rule]?.action === 'never',
    nodes: ruleNodes(conditions, resolver),
  }));
  while (blocks.length > 0 && blocks.at(-1)?.drops === false) blocks.pop();
  return packNodes(layOut(blocks, limits.maxNodes ?? 256));
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
