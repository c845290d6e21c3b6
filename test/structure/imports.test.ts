import path from 'node:path';
import { expect, test } from 'vitest';
import { sourceFiles } from '../helpers/source-files.ts';

/** The layers of docs/architecture.md, the lowest first. */
const LAYERS = [
  ['errors'],
  ['sys', 'abi', 'toml'],
  ['audit', 'bpf', 'netlink'],
  ['policy', 'rules', 'log', 'events'],
  ['daemon', 'query', 'doctor'],
  ['cli', 'testing'],
] as const;

const layerOf = new Map<string, number>(
  LAYERS.flatMap((rooms, layer) => rooms.map((room) => [room, layer] as const)),
);

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const files = sourceFiles('src', '.ts');

function roomOf(file: string): string {
  return file.split(path.sep)[1] ?? '';
}

function importsOf({ path: file, text }: { path: string; text: string }): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? path.normalize(path.join(path.dirname(file), target)) : target,
  );
}

/** Imports from one room into another; src/index.ts is the table of contents and belongs to none. */
const crossings: Import[] = files
  .filter(({ path: file }) => file !== 'src/index.ts')
  .flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('src/'))
      .map((target) => ({ file: file.path, from: roomOf(file.path), to: roomOf(target) })),
  )
  .filter(({ from, to }) => from !== to);

test('the test sees imports at all', () => {
  expect(crossings.length).toBeGreaterThan(50);
});

test('every room has a place in the layers', () => {
  const rooms = new Set(
    files.filter(({ path: file }) => file !== 'src/index.ts').map((file) => roomOf(file.path)),
  );
  expect([...rooms].filter((room) => !layerOf.has(room))).toEqual([]);
});

test('imports point down: cli, daemon, policy, audit, sys, errors', () => {
  const upward = crossings.filter(({ from, to }) => layerOf.get(to)! > layerOf.get(from)!);
  expect(upward).toEqual([]);
});

test('no two rooms of one layer import each other', () => {
  const edges = new Set(crossings.map(({ from, to }) => `${from} ${to}`));
  const mutual = crossings.filter(({ from, to }) => edges.has(`${to} ${from}`));
  expect(mutual).toEqual([]);
});

test('only src/sys imports koffi', () => {
  const users = files.filter((file) => importsOf(file).includes('koffi')).map((file) => file.path);
  expect(users.length).toBeGreaterThan(0);
  expect(users.filter((file) => !file.startsWith('src/sys/'))).toEqual([]);
});
