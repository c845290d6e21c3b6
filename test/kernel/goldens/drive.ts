/**
 * Runs in the guest: makes every case happen and prints one line of JSON for each; see report.ts.
 *
 * drive.js OBJECTS ORC: the folder of the objects, and the trigger program.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VIA } from '../../../src/bpf/path-via.ts';
import { PolicyObject } from '../../../src/bpf/policy-object.ts';
import { SharedMaps } from '../../../src/bpf/shared-maps.ts';
import { BpfauditError } from '../../../src/errors/audit-error.ts';
import { cases, type GoldenCase, pathCases } from './cases.ts';
import { CurrentPrograms, findPrograms, observe, RecordReader, type Stage } from './guest-run.ts';
import { refusals } from './refusals.ts';
import type { Line, Pass } from './report.ts';
import { ResultMap } from './result-map.ts';
import { seedCases } from './seed-cases.ts';

interface LoadedObject {
  readonly policy: PolicyObject;
  readonly results: ResultMap;
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function loadObjects(folder: string, maps: SharedMaps, pass: Pass): LoadedObject[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('golden-'));
  return files.flatMap((file) => {
    try {
      const policy = PolicyObject.open(join(folder, file));
      policy.load(maps, pass === 'walk' ? { via: VIA.WALK } : {});
      return [{ policy, results: new ResultMap(policy) }];
    } catch (error) {
      say({ pass, object: file, failure: String(error) });
      return [];
    }
  });
}

function runCase(entry: GoldenCase, objects: readonly LoadedObject[], stage: Stage, pass: Pass): void {
  const { name } = entry;
  try {
    for (const { policy, results } of objects) {
      const programs = findPrograms(policy, entry.programs);
      if (!programs) continue;
      results.clear();
      say({ pass, run: { name, ...observe(entry, policy, programs, stage), ...results.read() } });
      return;
    }
    throw new Error(`no object was loaded that has ${entry.programs.join(' and ')}`);
  } catch (error) {
    say({ pass, name, failure: String(error) });
  }
}

function runPass(pass: 'best' | 'walk', entries: readonly GoldenCase[], folder: string, stage: Stage): void {
  const objects = loadObjects(folder, stage.maps, pass);
  const groups = [...entries].sort((a, b) => a.programs.join().localeCompare(b.programs.join()));
  for (const entry of groups) runCase(entry, objects, stage, pass);
  stage.current[Symbol.dispose]();
  for (const { policy, results } of objects) {
    results[Symbol.dispose]();
    policy[Symbol.dispose]();
  }
}

function runSeed(folder: string, stage: Stage): void {
  using policy = PolicyObject.open(join(folder, 'seed.bpf.o'));
  policy.load(stage.maps);
  for (const { program, golden } of seedCases) {
    const entry = cases.find((candidate) => candidate.name === golden);
    const programs = findPrograms(policy, [program]);
    if (!entry || !programs) throw new Error(`no case ${golden} or no program ${program}`);
    const observed = observe(entry, policy, programs, stage);
    say({
      pass: 'seed',
      run: { name: golden, ...observed, hits: 0, startNull: 0, returnCodes: {} },
    });
  }
  stage.current[Symbol.dispose]();
}

function tryRefusals(folder: string, maps: SharedMaps): void {
  for (const { object } of refusals) {
    let code: string | undefined;
    try {
      using policy = PolicyObject.open(join(folder, 'bad', `${object}.bpf.o`));
      policy.load(maps);
    } catch (error) {
      code = error instanceof BpfauditError ? error.code : String(error);
    }
    say({ pass: 'refusals', object, code: code ?? 'loaded' });
  }
}

const [folder = '', orc = ''] = process.argv.slice(2);
using maps = SharedMaps.open();
using reader = new RecordReader(maps);
using current = new CurrentPrograms(maps);
const stage: Stage = { maps, current, reader, orc };
tryRefusals(folder, maps);
runSeed(folder, stage);
runPass('best', cases, folder, stage);
runPass('walk', pathCases, folder, stage);
