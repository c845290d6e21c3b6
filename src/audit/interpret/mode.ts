import { FILE_TYPES } from '../tables/rule-words.generated.ts';

const FORMAT_MASK = 0o170000;

/** A file mode with its type, such as `file,755` or `dir,sticky,777`. */
export function fileMode(mode: number): string {
  const type = FILE_TYPES[mode & FORMAT_MASK] ?? octal((mode & FORMAT_MASK) >>> 12);
  return `${type}${specialBits(mode, ',')},${octal(mode & 0o777)}`;
}

/** A file mode without a type, such as `0755` or `suid,0755`. */
export function shortMode(mode: number): string {
  const special = specialBits(mode, ',').slice(1);
  return special === '' ? `0${octal(mode & 0o777)}` : `${special},0${octal(mode & 0o777)}`;
}

function specialBits(mode: number, before: string): string {
  let out = '';
  if ((mode & 0o4000) !== 0) out += `${before}suid`;
  if ((mode & 0o2000) !== 0) out += `${before}sgid`;
  if ((mode & 0o1000) !== 0) out += `${before}sticky`;
  return out;
}

function octal(value: number): string {
  return value.toString(8).padStart(3, '0');
}
