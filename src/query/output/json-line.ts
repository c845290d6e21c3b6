import { bytesOf } from './utf8.ts';

/** The members of an object that have a value: what was not observed is absent. */
export function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** An object as a line of JSON; see {@link bytesOf}. */
export function jsonLine(value: object): string {
  return `${bytesOf(JSON.stringify(value))}\n`;
}
