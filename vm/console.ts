/**
 * The lines of a kernel's last words: from the first sign of trouble to the panic itself.
 *
 * @param console What the guest printed on its console.
 * @returns The lines without time stamps, or nothing if the kernel did not panic.
 */
export function panicLines(console: string): string[] {
  const lines = console.split('\n').map((line) => cleanLine(line));
  const panic = lines.findIndex((line) => line.includes('Kernel panic - not syncing'));
  if (panic < 0) return [];
  const first = lines.findIndex((line) => /^(BUG:|Oops:|general protection|kernel BUG)|\bOops: /.test(line));
  const start = first < 0 || first > panic ? panic : first;
  const interesting = lines
    .slice(start, panic + 1)
    .filter((line) => !/^(Code|R(?!IP)..|E?FLAGS|[CDFG]S|CR\d):/.test(line));
  // A long call trace says less than its beginning and the panic line.
  return interesting.length <= 14 ? interesting : [...interesting.slice(0, 13), lines[panic] ?? ''];
}

/** The last lines of a console, for a message. */
export function consoleTail(console: string, count = 15): string[] {
  return console
    .split('\n')
    .map((line) => cleanLine(line))
    .filter((line) => line !== '')
    .slice(-count);
}

/** A line without carriage return and the kernel's time stamp. */
function cleanLine(line: string): string {
  return line.trimEnd().replace(/^\[ *\d+\.\d+\] /, '');
}
