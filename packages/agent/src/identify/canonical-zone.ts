/** As names of questions are: lower case, without the last dot. */
export function canonicalZone(zone: string): string {
  return zone.toLowerCase().replace(/^\.|\.$/g, '');
}
