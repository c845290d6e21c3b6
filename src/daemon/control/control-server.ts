import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { BpfauditError } from '../../errors/audit-error.ts';
import { messageOf } from '../../errors/thrown.ts';
import { peerCredentials } from '../../sys/peer-credentials.ts';

/** What a command does; what it returns goes back as JSON. */
export type ControlCommand = (request: Readonly<Record<string, unknown>>) => unknown;

/** Commands by name. */
export type ControlCommands = Readonly<Record<string, ControlCommand>>;

/** An answer on the control socket: one line of JSON. */
export type ControlAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint?: string };

/** Nobody has more to ask in one line. */
const LONGEST_REQUEST_BYTES = 64 * 1024;
const PATIENCE_MS = 10_000;

/**
 * The control socket: one request and one answer for each connection, both a line of JSON. Its mode lets root in
 * alone, and the kernel is asked about each peer besides, since modes can be changed.
 */
export class ControlServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #path: string;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  /**
   * Opens the socket; one that a killed daemon left is replaced.
   *
   * @param refused - told about peers that are not root
   * @throws {BpfauditError} `E_CONTROL`
   */
  static async open(
    path: string,
    commands: ControlCommands,
    refused: (uid: number) => void,
  ): Promise<ControlServer> {
    const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket, commands, refused));
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      removeOld(path);
      await new Promise<void>((fulfil, reject) => {
        server.once('error', reject);
        const mask = process.umask(0o177);
        server.listen(path, fulfil);
        process.umask(mask);
      });
      chmodSync(path, 0o600);
    } catch (cause) {
      server.close();
      throw new BpfauditError(`open ${path}: ${messageOf(cause)}`, {
        code: 'E_CONTROL',
        hint: 'look at control.socket of the configuration, and at its folder',
        cause,
      });
    }
    server.on('error', () => undefined);
    return new ControlServer(server, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((fulfil) => this.#server.close(fulfil));
    removeOld(this.#path);
  }
}

/** Only a socket is removed: a path that was mistyped costs no file. */
function removeOld(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
}

function serve(socket: Socket, commands: ControlCommands, refused: (uid: number) => void): void {
  socket.on('error', () => socket.destroy());
  const uid = peerUid(socket);
  if (uid !== 0 && uid !== process.geteuid?.()) {
    if (uid !== undefined) refused(uid);
    socket.destroy();
    return;
  }
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  let text = '';
  socket.setEncoding('latin1');
  const take = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= LONGEST_REQUEST_BYTES) return;
    socket.off('data', take);
    answer(end < 0 ? '' : Buffer.from(text.slice(0, end), 'latin1').toString(), commands)
      .then((reply) => socket.end(`${JSON.stringify(reply)}\n`))
      .catch(() => socket.destroy());
  };
  socket.on('data', take);
  socket.on('end', () => socket.end());
}

/** Node does not tell the descriptor of a socket but here; without it nobody is let in. */
function peerUid(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? peerCredentials(fd)?.uid : undefined;
}

async function answer(line: string, commands: ControlCommands): Promise<ControlAnswer> {
  const request = parse(line);
  const name = request?.['command'];
  const command = typeof name === 'string' && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!request || !command) {
    const message = `no command ${JSON.stringify(name ?? '')}`;
    return { ok: false, code: 'E_CONTROL', message, hint: `commands: ${Object.keys(commands).join(', ')}` };
  }
  try {
    return { ok: true, result: (await command(request)) ?? null };
  } catch (error) {
    if (!(error instanceof BpfauditError)) return { ok: false, code: 'E_CONTROL', message: String(error) };
    const { code, message, hint } = error;
    return { ok: false, code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
