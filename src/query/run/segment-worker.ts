import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { SystemNames } from '../input/local-knowledge.ts';
import { ReportStage } from '../report/report-stage.ts';
import { MatchStage } from '../search/match-stage.ts';
import { SearchStage } from '../search/search-stage.ts';
import { useModule } from '../simd/bytes-module.ts';
import { SegmentQueue } from './segment-queue.ts';
import type { SegmentWorkerSetup } from './segment-pool.ts';
import { SegmentReader } from './segment-reader.ts';

// The body of a worker thread that reads and judges segments until none is left.
const { setup, job, control, cuts, module, returned }: SegmentWorkerSetup = workerData;
useModule(module);
const local = { ...setup.local, names: new SystemNames() };
const search = setup.kind === 'search' ? new SearchStage(setup.query, local) : undefined;
const match = setup.kind === 'match' ? new MatchStage(setup.query, local.names) : undefined;
const report = setup.kind === 'report' ? new ReportStage(setup.query, local) : undefined;

function answer(value: unknown, transfer: ArrayBuffer[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a worker has no origin
  parentPort?.postMessage(value, transfer);
}

function serve(): void {
  using reader = new SegmentReader(job, cuts);
  const queue = new SegmentQueue(control, reader.count);
  for (let index = queue.take(); index !== undefined; index = queue.take()) {
    for (let back = receiveMessageOnPort(returned); back; back = receiveMessageOnPort(returned))
      search?.takeBack(back.message);
    const scanned = reader.read(index);
    if (scanned === undefined) {
      answer({ index, known: undefined }, []);
      continue;
    }
    const { batch, ...known } = scanned;
    if (search !== undefined) {
      const result = search.process(batch);
      answer({ index, known, result }, [result.output.buffer]);
    } else if (match !== undefined) {
      const result = match.process(batch);
      answer({ index, known, result }, [result.bytes.buffer, result.meta.buffer]);
    } else {
      answer({ index, known, result: report?.process(batch) }, []);
    }
  }
  answer({ counts: report?.counts() }, []);
}

serve();
