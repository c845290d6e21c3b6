import type { NameSource } from '../../audit/interpret/names.ts';
import { readItems, type RefusedRecord } from '../items/extract.ts';
import type { SearchItems, Wants } from '../items/search-items.ts';
import type { EventText } from '../output/event-text.ts';
import { wherePredicate, type WherePredicate } from '../where/evaluate.ts';
import { matches } from './matcher.ts';
import { wantsOf, type SearchQuery } from './query.ts';

/** Says whether an event is what a query asks for: its options, and then its expression. */
export class EventJudge {
  readonly #query: SearchQuery;
  readonly #names: NameSource;
  readonly #wants: Wants;
  readonly #where: WherePredicate | undefined;

  constructor(query: SearchQuery, names: NameSource) {
    this.#query = query;
    this.#names = names;
    this.#wants = wantsOf(query);
    this.#where = query.where === undefined ? undefined : wherePredicate(query.where, names);
  }

  /**
   * What stands in an event that matches; undefined for any other.
   *
   * @param refused - takes the record that could not be read in full, if there is one; with `stock` its event does
   * not match
   */
  judge(event: EventText, refused?: RefusedRecord[]): SearchItems | undefined {
    const items = readItems(event.records, this.#wants, this.#query.stock, refused);
    if (items === undefined || !matches(this.#query, event, items, this.#names)) return undefined;
    return this.#where === undefined || this.#where(event) ? items : undefined;
  }
}
