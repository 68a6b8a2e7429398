/** What a table says of a name that a program chose: `constructor` and the like are no entries of one that has none of its own. */
export function ownValue<V>(table: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
