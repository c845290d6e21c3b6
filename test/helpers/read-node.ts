import {
  FIELD,
  isNodeField,
  type FilterNode,
  type NodeField,
} from '../../src/rules/kernel-filter/filter-node.ts';

/** The names of {@link FIELD}. */
export const NODE_FIELDS: readonly NodeField[] = Object.keys(FIELD).filter(isNodeField);

/** The name of a field by its number. */
export function nodeField(number: number): NodeField | undefined {
  return NODE_FIELDS.find((name) => FIELD[name] === number);
}

/** Reads a node; undefined where the bytes are none. */
export function readNode(view: DataView, at: number): FilterNode | undefined {
  const field = nodeField(view.getUint8(at));
  if (field === undefined) return undefined;
  return {
    field,
    test: view.getUint8(at + 1),
    arg: view.getUint8(at + 2),
    isLong: view.getUint8(at + 3) !== 0,
    yes: view.getUint16(at + 4, true),
    no: view.getUint16(at + 6, true),
    low: view.getBigUint64(at + 8, true),
    span: view.getBigUint64(at + 16, true),
  };
}
