/** Protocol numbers that the programs of the scenarios act on; the same stand in programs/stress.bpf.h. */
export const PROTOCOL = {
  LOAD: 1427,
  FOREIGN: 1428,
  LONG_A: 1429,
  LONG_B: 1430,
  SHARED_A: 1431,
  SHARED_B: 1432,
  FAIL_CLOSED: 1433,
  FAIL_OPEN: 1434,
  KINDS: 1435,
  RAW_NAMES: 1436,
  CUT: 1437,
} as const;
