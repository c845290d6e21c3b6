import { ControlChannel, replyError } from './control-channel.ts';
import {
  decodeFeatures,
  decodeTtyStatus,
  encodeFeatureChange,
  encodeTtyStatus,
  type AuditFeatures,
  type FeatureName,
  type TtyStatus,
} from './features.ts';
import { REQUEST } from './message-types.ts';
import { packUint32 } from '../sys/host-order.ts';
import type { RequestName } from './request-error.ts';
import { decodeSignalInfo, type SignalInfo } from './signal-info.ts';
import {
  decodeStatus,
  encodeCounterReset,
  encodeStatusChange,
  type AuditStatus,
  type AuditStatusChange,
} from './status.ts';
import { encodeUserMessage } from './user-message.ts';

/**
 * The control side of `NETLINK_AUDIT`: status, rules, features, user messages. Records never arrive here; see
 * `AuditEvents`.
 *
 * Needs `CAP_AUDIT_CONTROL` (user messages: `CAP_AUDIT_WRITE`) in the first user and pid namespaces. Every
 * method throws `AuditRequestError` when the kernel refuses, and `E_AUDIT_REPLY` when it does not answer.
 *
 * @example
 * ```ts
 * using control = AuditControl.open();
 * const { enabled, lost } = await control.status();
 * ```
 */
export class AuditControl implements Disposable {
  readonly #channel: ControlChannel;

  private constructor() {
    this.#channel = new ControlChannel();
  }

  /** @throws AuditRequestError E_AUDIT_UNAVAILABLE when this kernel has no audit */
  static open(): AuditControl {
    return new AuditControl();
  }

  /** `AUDIT_GET`. */
  status(): Promise<AuditStatus> {
    return this.#read('get status', REQUEST.GET, decodeStatus);
  }

  /**
   * `AUDIT_SET` of the members given.
   *
   * To become the audit daemon use `AuditEvents.openUnicast`: the kernel sends records to the socket that set
   * `pid`.
   */
  async setStatus(change: AuditStatusChange): Promise<void> {
    await this.#acknowledge('set status', REQUEST.SET, encodeStatusChange(change));
  }

  /** Sets `lost` to 0 and gives its old value. Linux 4.11. */
  resetLost(): Promise<number> {
    return this.#acknowledge('reset counter', REQUEST.SET, encodeCounterReset('lost'));
  }

  /** Sets `backlog_wait_time_actual` to 0 and gives its old value in jiffies. Linux 5.9. */
  resetBacklogWaitTimeActual(): Promise<number> {
    return this.#acknowledge('reset counter', REQUEST.SET, encodeCounterReset('backlogWaitTimeActual'));
  }

  /** The kernel's rules in its order, each a `struct audit_rule_data` with its strings. */
  async listRules(): Promise<readonly Uint8Array[]> {
    const request = { name: 'list rules', type: REQUEST.LIST_RULES, expects: 'list' } as const;
    return (await this.#channel.request(request)).replies;
  }

  /**
   * Adds one rule.
   *
   * @param rule - `struct audit_rule_data` with its strings
   * @throws AuditRequestError E_AUDIT_RULE_EXISTS
   */
  async addRule(rule: Uint8Array): Promise<void> {
    await this.#acknowledge('add rule', REQUEST.ADD_RULE, rule);
  }

  /**
   * Deletes the rule that is exactly this one.
   *
   * @throws AuditRequestError E_AUDIT_RULE_MISSING
   */
  async deleteRule(rule: Uint8Array): Promise<void> {
    await this.#acknowledge('delete rule', REQUEST.DEL_RULE, rule);
  }

  /** `AUDIT_GET_FEATURE`. Linux 3.13. */
  features(): Promise<AuditFeatures> {
    return this.#read('get features', REQUEST.GET_FEATURE, decodeFeatures);
  }

  /**
   * Switches a feature, and locks it until the next boot if asked to.
   *
   * @throws AuditRequestError E_AUDIT_PERMISSION when it is locked
   */
  async setFeature(
    name: FeatureName,
    state: { readonly on: boolean; readonly lock: boolean },
  ): Promise<void> {
    await this.#acknowledge(
      'set feature',
      REQUEST.SET_FEATURE,
      encodeFeatureChange(name, state.on, state.lock),
    );
  }

  /** Whether terminal input of this process is audited. */
  ttyStatus(): Promise<TtyStatus> {
    return this.#read('get tty status', REQUEST.TTY_GET, decodeTtyStatus);
  }

  /** Sets it, for this process and the children it makes afterwards. */
  async setTtyStatus(status: TtyStatus): Promise<void> {
    await this.#acknowledge('set tty status', REQUEST.TTY_SET, encodeTtyStatus(status));
  }

  /** Who last signalled the audit daemon. */
  signalInfo(): Promise<SignalInfo> {
    return this.#read('get signal info', REQUEST.SIGNAL_INFO, decodeSignalInfo);
  }

  /**
   * Has the kernel write a user message: `type=USER msg=audit(...): pid=... msg='TEXT'`. While audit is off
   * (`enabled` 0) the kernel takes it and writes nothing.
   *
   * @param type - 1005, 1100-1199 or 2100-2999
   * @throws BpfauditError E_AUDIT_MESSAGE, see `encodeUserMessage`
   */
  async sendUserMessage(type: number, text: string): Promise<void> {
    await this.#acknowledge('send user message', type, encodeUserMessage(type, text));
  }

  /** `AUDIT_TRIM`: forgets directory watches of trees that are gone. */
  async trimWatches(): Promise<void> {
    await this.#acknowledge('trim watches', REQUEST.TRIM, new Uint8Array());
  }

  /** `AUDIT_MAKE_EQUIV`: what is watched below `mountPoint` is watched below `subtree` too. */
  async makeEquivalent(mountPoint: string, subtree: string): Promise<void> {
    const paths = [Buffer.from(mountPoint), Buffer.from(subtree)];
    const payload = Buffer.concat([packUint32(paths.map((path) => path.length)), ...paths]);
    await this.#acknowledge('make equivalent', REQUEST.MAKE_EQUIV, payload);
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.#channel[Symbol.dispose]();
  }

  async #read<T>(
    name: RequestName,
    type: number,
    decode: (payload: Uint8Array) => T | undefined,
  ): Promise<T> {
    const request = { name, type, expects: 'reply' } as const;
    const [payload] = (await this.#channel.request(request)).replies;
    const decoded = payload && decode(payload);
    if (decoded === undefined) throw replyError(request, 'the answer is too short');
    return decoded;
  }

  async #acknowledge(name: RequestName, type: number, payload: Uint8Array): Promise<number> {
    return (await this.#channel.request({ name, type, payload, expects: 'ack' })).acknowledged;
  }
}
