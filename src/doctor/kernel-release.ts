/** Oldest kernel that bpfaudit is made for and tested on. */
export const KERNEL_FLOOR = '6.1';

/** Whether a kernel (`uname -r`) is at least of a version such as "6.1"; undefined if the release has no number. */
export function isAtLeast(release: string, version: string): boolean | undefined {
  const found = /^(\d+)\.(\d+)/.exec(release);
  if (!found) return undefined;
  const [major, minor] = version.split('.').map(Number);
  const [foundMajor, foundMinor] = [Number(found[1]), Number(found[2])];
  return foundMajor !== major ? foundMajor > major! : foundMinor >= minor!;
}
