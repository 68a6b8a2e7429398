import type { IdentityChanges } from '../identify/identity-changes.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import { IdentityStore } from '../identify/identity-store.ts';

interface Table {
  apply(changes: IdentityChanges, atMs: number): void;
}

const stores = new WeakMap<Table, IdentityStore>();

/** Tells a table of a whole file after another, as the identity table does. */
export function update(table: Table, identities: IdentityFile | null, atMs: number): void {
  const store = stores.get(table) ?? new IdentityStore();
  stores.set(table, store);
  table.apply(store.replaceFile(identities), atMs);
}
