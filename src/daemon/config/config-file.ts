/** Where the configuration is looked for. */
export const CONFIG_FILE = '/etc/bpfaudit/bpfaudit.toml';
