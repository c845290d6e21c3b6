import type { Operator } from '../operator.ts';
import type { BpfCondition } from './bpf-rule.ts';
import type { BpfEventView } from './event-view.ts';
import type { IdentifyFile } from './file-identity.ts';

/**
 * Whether one condition holds. A field that was not observed makes any condition false.
 *
 * @param identify - finds the file that an `exe` names, so that it is compared by inode, as the kernel does;
 *   without it, or where the file or the event's inode is unknown, paths are compared
 */
export function interpretCondition(
  condition: BpfCondition,
  event: BpfEventView,
  identify?: IdentifyFile,
): boolean {
  if (condition.kind === 'pair') {
    const left = event[condition.left];
    const right = event[condition.right];
    if (left === undefined || right === undefined) return false;
    return holds(BigInt(left), condition.operator, BigInt(right));
  }
  if (condition.kind === 'text' && condition.property === 'exe') {
    const wanted = identify?.(condition.text);
    const { exeInode, exeDevice } = event;
    if (wanted !== undefined && exeInode !== undefined && exeDevice !== undefined) {
      const isSameFile = wanted.inode === exeInode && wanted.device === exeDevice;
      return isSameFile === (condition.operator === '=');
    }
  }
  const observed = event[condition.property];
  if (observed === undefined) return false;
  if (condition.kind === 'number' || condition.kind === 'wide') {
    return holds(BigInt(String(observed)), condition.operator, BigInt(condition.value));
  }
  return isSame(condition, observed) === (condition.operator === '=');
}

function holds(observed: bigint, operator: Operator, value: bigint): boolean {
  if (operator === '=') return observed === value;
  if (operator === '!=') return observed !== value;
  if (operator === '>') return observed > value;
  if (operator === '>=') return observed >= value;
  if (operator === '<') return observed < value;
  if (operator === '<=') return observed <= value;
  if (operator === '&') return (observed & value) !== 0n;
  return (observed & value) === value;
}

function isSame(
  condition: Extract<BpfCondition, { kind: 'text' | 'tree' | 'address' }>,
  observed: string | number | bigint | Uint8Array,
): boolean {
  if (condition.kind === 'text') return observed === condition.text;
  if (condition.kind === 'tree') return isBelow(String(observed), condition.root);
  if (!(observed instanceof Uint8Array) || observed.length !== condition.bytes.length) return false;
  return bitsOf(observed, condition.prefix) === bitsOf(condition.bytes, condition.prefix);
}

function isBelow(path: string, root: string): boolean {
  if (!path.startsWith('/')) return false;
  const parts = path.split('/');
  return root.split('/').every((part, at) => parts[at] === part);
}

function bitsOf(bytes: Uint8Array, count: number): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, count);
}
