/** The members of an object that have a value: what was not observed is absent. */
export function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** An object as a line of JSON; output is made of latin-1 strings, so each byte of the UTF-8 is one character. */
export function jsonLine(value: object): string {
  return `${Buffer.from(JSON.stringify(value), 'utf8').toString('latin1')}\n`;
}
