import { parentPort, workerData } from 'node:worker_threads';
import { SystemNames } from '../input/local-knowledge.ts';
import { ReportStage } from '../report/report-stage.ts';
import { SearchStage } from '../search/search-stage.ts';
import type { WorkerRequest, WorkerSetup } from './worker-pool.ts';

// The body of a worker thread: it makes the stage that it is told to make, and feeds it.
const setup: WorkerSetup = workerData;
const local = { ...setup.local, names: new SystemNames() };
const search = setup.kind === 'search' ? new SearchStage(setup.query, local) : undefined;
const report = setup.kind === 'report' ? new ReportStage(setup.query, local) : undefined;

function answer(value: unknown, transfer: ArrayBuffer[]): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a worker has no origin
  parentPort?.postMessage(value, transfer);
}

parentPort?.on('message', (request: WorkerRequest) => {
  if (request === 'counts') answer(report?.counts(), []);
  else if (search === undefined) answer(report?.process(request), []);
  else {
    const result = search.process(request);
    answer(result, [result.output.buffer]);
  }
});
