/** `syn-flood` → `SynFlood`: reasons of Events are written so. */
export function camelCase(id: string): string {
  return id.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}
