/** Type of a record about a decision, as the log has it: stock ausearch finds 1427 only in this spelling. */
export const DECISION_TYPE = 'UNKNOWN[1427]';

/**
 * What a decision did to the call, by the body of its record; undefined if the policy did not say. One that only
 * monitors (`permissive=1`) lets everything pass.
 */
export function decisionOutcome(body: string): 'denied' | 'passed' | undefined {
  const found = / verdict=(-?)\d+( permissive=1(?!\S))?/.exec(body);
  if (found === null) return undefined;
  return found[1] === '-' && found[2] === undefined ? 'denied' : 'passed';
}
