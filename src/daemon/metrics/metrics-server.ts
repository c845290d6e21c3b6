import { createServer, type Server, type ServerResponse } from 'node:http';
import { BpfauditError } from '../../errors/audit-error.ts';
import { messageOf } from '../../errors/thrown.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves metrics to Prometheus: GET /metrics, and nothing else. */
export class MetricsServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param listen - `ADDRESS:PORT`
   * @param text - makes the metrics; what it throws is told to who asked
   * @throws {BpfauditError} `E_METRICS`
   */
  static async open(listen: string, text: () => string): Promise<MetricsServer> {
    const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404, { connection: 'close' }).end();
        return;
      }
      answer(response, text);
    });
    const colon = listen.lastIndexOf(':');
    const host = listen.slice(0, colon).replaceAll(/[[\]]/g, '');
    try {
      await new Promise<void>((fulfil, reject) => {
        server.once('error', reject).listen(Number(listen.slice(colon + 1)), host, fulfil);
      });
    } catch (cause) {
      throw new BpfauditError(`listen on ${listen}: ${messageOf(cause)}`, {
        code: 'E_METRICS',
        hint: 'look at metrics.listen of the configuration',
        cause,
      });
    }
    server.on('error', () => undefined);
    return new MetricsServer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((fulfil) => this.#server.close(fulfil));
  }
}

function answer(response: ServerResponse, text: () => string): void {
  try {
    const metrics = text();
    response.writeHead(200, { 'content-type': CONTENT_TYPE, connection: 'close' }).end(metrics);
  } catch (error) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
    response.writeHead(500, headers).end(`${messageOf(error)}\n`);
  }
}
