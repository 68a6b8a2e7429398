import type { IdentityTable } from './identity-table.ts';

/** Who stands at the ends of an observation: what the pipeline asks, whatever the source knows its ends by. */
export type Identifier = Pick<
  IdentityTable,
  | 'cluster'
  | 'local'
  | 'remote'
  | 'nameAddress'
  | 'byCgroup'
  | 'byNetns'
  | 'byNetnsOrAddress'
  | 'isResolved'
  | 'onCgroupEvent'
  | 'setIdentities'
  | 'changeIdentities'
  | 'advance'
  | 'unresolved'
  | 'tables'
>;
