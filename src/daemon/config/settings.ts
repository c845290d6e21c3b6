import type { DiskAction, Room } from '../../log/disk-action.ts';

/** `[daemon]` */
export interface DaemonSettings {
  readonly priority_boost: number;
}

/** `[log]`: the log file, with the words of auditd.conf(5). */
export interface LogSection {
  readonly log_file: string;
  readonly write_logs: boolean;
  readonly log_format: 'raw' | 'json';
  readonly log_group: string;
  readonly name_format: 'none' | 'hostname' | 'fqd' | 'numeric' | 'user';
  readonly name: string;
  readonly flush: 'none' | 'incremental' | 'incremental_async' | 'data' | 'sync';
  readonly freq: number;
  readonly max_log_file: number;
  readonly max_log_file_action: DiskAction;
  readonly num_logs: number;
  readonly compress: 'none' | 'zstd';
  readonly index: 'none' | 'sidecar';
  readonly space_left: Room;
  readonly space_left_action: DiskAction;
  readonly admin_space_left: Room;
  readonly admin_space_left_action: DiskAction;
  readonly disk_full_action: DiskAction;
  readonly disk_error_action: DiskAction;
  readonly action_mail_acct: string;
}

/** `[join]`: how the kernel's own records come to ours. */
export interface JoinSettings {
  readonly source: 'none' | 'serial' | 'beside' | 'instead';
  readonly end_of_event_timeout: number;
  readonly companion_rules: boolean;
}

/** `[policies]` */
export interface PolicySettings {
  readonly directory: string;
  readonly paths: 'auto' | 'helper' | 'walk';
}

/** `[rules]` */
export interface RuleSettings {
  readonly directory: string;
}

/** `[ring]` */
export interface RingSettings {
  readonly size: number;
}

/** `[plugins]`, with the words of auditd.conf(5). */
export interface PluginSettings {
  readonly plugin_dir: string;
  readonly q_depth: number;
  readonly overflow_action: DiskAction;
  readonly max_restarts: number;
}

/** `[forward]` */
export interface ForwardSettings {
  readonly syslog: string;
  readonly journald: boolean;
  readonly json: string;
  readonly q_depth: number;
}

/** `[control]` */
export interface ControlSettings {
  readonly socket: string;
}

/** `[metrics]` */
export interface MetricsSettings {
  readonly listen: string;
  readonly report_interval: number;
}

/** All of bpfaudit.toml, checked. Each key is described in the schema. */
export interface Settings {
  readonly daemon: DaemonSettings;
  readonly log: LogSection;
  readonly join: JoinSettings;
  readonly policies: PolicySettings;
  readonly rules: RuleSettings;
  readonly ring: RingSettings;
  readonly plugins: PluginSettings;
  readonly forward: ForwardSettings;
  readonly control: ControlSettings;
  readonly metrics: MetricsSettings;
}
