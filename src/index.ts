export { BpfauditError, NotSupportedError } from './errors/audit-error.ts';
export { search, type SearchOptions } from './query/search/search-api.ts';
export type { SearchQuery } from './query/search/query.ts';
export type { EventText, RecordLine } from './query/output/event-text.ts';
