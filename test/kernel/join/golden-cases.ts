/** Goldens whose whole events are compared, and the object that has their program. */
export const joinCases: readonly { readonly golden: string; readonly object: string }[] = [
  { golden: 'rule_openat_deny', object: 'golden-file.bpf.o' },
  { golden: 'rule_watch', object: 'golden-file.bpf.o' },
  { golden: 'rule_connect', object: 'golden-net.bpf.o' },
  { golden: 'rule_other', object: 'golden-file.bpf.o' },
  { golden: 'rule_neverexit', object: 'golden-file.bpf.o' },
  { golden: 'rule_nevertask', object: 'golden-file.bpf.o' },
  { golden: 'norule_connect', object: 'golden-net.bpf.o' },
];
