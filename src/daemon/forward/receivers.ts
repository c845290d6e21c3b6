import { messageOf } from '../../errors/thrown.ts';
import { hostname } from 'node:os';
import type { DiskEffects } from '../../log/log-policy.ts';
import type { Settings } from '../config/settings.ts';
import type { OwnRecord } from '../own-record.ts';
import type { ReceiverStatus } from '../service/daemon-status.ts';
import { UdpTransport, UnixTransport } from './datagram-transport.ts';
import { readPluginFolder } from './plugin-folder.ts';
import { PluginTransport } from './plugin-transport.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';
import { journalRecord, jsonRecord, syslogRecord } from './record-message.ts';
import { StreamTransport } from './stream-transport.ts';
import { octetCounted } from './syslog-message.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** What {@link Receivers} need of the daemon. */
export interface ReceiversOptions {
  readonly effects: DiskEffects;
  readonly say: (line: string) => void;
  /** Writes a record into the log, but not to the receivers: one that is about them must not come back. */
  readonly tell: (record: OwnRecord) => void;
}

/** How often drops are written down, in milliseconds. */
const TELL_MS = 5000;
const JOURNAL = '/run/systemd/journal/socket';
const NEWLINE = Buffer.from('\n');

type Plan = Pick<ReceiverOptions, 'name' | 'kind' | 'depth' | 'encode' | 'open'>;

/** All plugins and forwarders of a configuration. */
export class Receivers implements AsyncDisposable {
  readonly #options: ReceiversOptions;
  #settings: Settings;
  #receivers: readonly Receiver[] = [];
  #openedFrom = '';
  readonly #timer: NodeJS.Timeout;

  constructor(settings: Settings, options: ReceiversOptions) {
    this.#options = options;
    this.#settings = settings;
    this.#timer = setInterval(() => this.#tellDropped(), TELL_MS).unref();
    this.#open();
  }

  /** What became of the lines of each. */
  get status(): readonly ReceiverStatus[] {
    return this.#receivers.map(({ status }) => status);
  }

  /** Takes whole lines; the memory is the caller's again when it returns. */
  take(lines: Uint8Array): void {
    for (const receiver of this.#receivers) receiver.take(lines);
  }

  /** SIGHUP: another configuration. Receivers stay, and are told, unless theirs has changed. */
  async configure(settings: Settings): Promise<void> {
    this.#settings = settings;
    if (sourceOf(settings) === this.#openedFrom) {
      for (const receiver of this.#receivers) receiver.reload();
      return;
    }
    const old = this.#receivers;
    this.#receivers = [];
    this.#open();
    for (const receiver of old) await receiver[Symbol.asyncDispose]();
  }

  /** SIGUSR2: goes on after an overflow has suspended them. */
  resume(): void {
    for (const receiver of this.#receivers) receiver.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#tellDropped();
    for (const receiver of this.#receivers) await receiver[Symbol.asyncDispose]();
    this.#receivers = [];
  }

  #open(): void {
    const { plugins, forward } = this.#settings;
    this.#openedFrom = sourceOf(this.#settings);
    const plans: Plan[] = readPluginFolder(plugins.plugin_dir, this.#options.say).map(({ name, plugin }) => ({
      name,
      kind: 'plugin',
      depth: plugins.q_depth,
      encode: (line) => Buffer.concat([line, NEWLINE]),
      open: (events) => new PluginTransport(plugin, plugins.max_restarts, events),
    }));
    plans.push(...forwarders(forward));
    this.#receivers = plans.flatMap((plan) => this.#start(plan));
  }

  /** One that cannot be opened is said and left out. */
  #start(plan: Plan): Receiver[] {
    const failed: TransportEvents['failed'] = (op, reason) => {
      this.#options.say(`${plan.kind} ${plan.name}: ${op}: ${reason}`);
      this.#options.tell({
        type: 'DAEMON_ERR',
        op,
        fields: { receiver: plan.name, kind: { word: plan.kind }, reason },
        res: 'failed',
      });
    };
    try {
      return [new Receiver({ ...plan, failed, overflow: (receiver) => this.#overflow(receiver, plan) })];
    } catch (error) {
      failed('receiver-down', messageOf(error));
      return [];
    }
  }

  #overflow(receiver: Receiver, { name, kind, depth }: Plan): void {
    const { word } = this.#settings.plugins.overflow_action;
    const { effects } = this.#options;
    if (word === 'ignore') return;
    effects.syslog(`bpfauditd: ${depth} records wait for ${kind} ${name}, more are dropped: ${word}`);
    if (word === 'suspend') receiver.suspend();
    if (word === 'single') effects.single();
    if (word === 'halt') effects.halt();
  }

  #tellDropped(): void {
    for (const receiver of this.#receivers) {
      const lost = receiver.takeDropped();
      if (lost === 0) continue;
      const { name, kind } = receiver.status;
      this.#options.tell({
        type: 'DAEMON_ERR',
        op: 'receiver-lines-dropped',
        fields: { receiver: name, kind: { word: kind }, lost },
        res: 'failed',
      });
    }
  }
}

/** What of the configuration the receivers depend on, the plugin files as they are now included. */
function sourceOf({ plugins, forward }: Settings): string {
  return JSON.stringify([plugins, forward, readPluginFolder(plugins.plugin_dir, () => undefined)]);
}

function forwarders({ syslog, journald, json, q_depth: depth }: Settings['forward']): Plan[] {
  const plans: Plan[] = [];
  if (syslog !== '') {
    const sender = { hostname: hostname(), pid: process.pid };
    const isStream = syslog.startsWith('tcp:');
    plans.push({
      name: syslog,
      kind: 'syslog',
      depth,
      encode: (line) => {
        const message = syslogRecord(line, sender, Date.now());
        return isStream ? octetCounted(message.toString()) : message;
      },
      open: (events) => openTransport(syslog, events, true),
    });
  }
  if (journald) {
    const open = (events: TransportEvents): Transport => new UnixTransport(JOURNAL, events);
    plans.push({ name: JOURNAL, kind: 'journald', depth, encode: journalRecord, open });
  }
  if (json !== '') {
    const open = (events: TransportEvents): Transport => openTransport(json, events, false);
    plans.push({ name: json, kind: 'json', depth, encode: jsonRecord, open });
  }
  return plans;
}

/** `unix:///PATH`, `udp://HOST:PORT`, `tcp://HOST:PORT`: the schema has let nothing else through. */
function openTransport(url: string, events: TransportEvents, isDatagram: boolean): Transport {
  const [, scheme, rest = ''] = /^(\w+):\/\/(.*)$/.exec(url) ?? [];
  if (scheme === 'unix') {
    return isDatagram ? new UnixTransport(rest, events) : new StreamTransport({ path: rest }, events);
  }
  const colon = rest.lastIndexOf(':');
  const host = rest.slice(0, colon).replaceAll(/[[\]]/g, '');
  const port = Number(rest.slice(colon + 1));
  return scheme === 'udp'
    ? new UdpTransport(host, port, events)
    : new StreamTransport({ host, port }, events);
}
