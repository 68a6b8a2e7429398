import type { EntrySink } from './entry-sink.ts';
import { arrayOf, type JsonObject, objectOf, textOf, timeOf } from './json-value.ts';
import { stixComparisons } from './stix-pattern.ts';

/** A STIX 2.1 (or 2.0) bundle, or the envelope of a TAXII collection: its indicators. All else is skipped. */
export function readStix(json: unknown, sink: EntrySink): void {
  for (const [index, one] of arrayOf(objectOf(json).objects).entries()) {
    const object = objectOf(one);
    if (object.type !== 'indicator') continue;
    const comparisons = isUsable(object) ? stixComparisons(textOf(object.pattern)) : undefined;
    if (comparisons === undefined) {
      sink.skip();
      continue;
    }
    const details = { reference: referenceOf(object), expiresMs: timeOf(object.valid_until) };
    for (const { kind, value } of comparisons) sink.entry(index + 1, value, details, { kind });
  }
}

function isUsable({ revoked, pattern_type: type = 'stix' }: JsonObject): boolean {
  return revoked !== true && type === 'stix';
}

function referenceOf({ name, external_references: references, id }: JsonObject): string {
  const url = arrayOf(references)
    .map((one) => textOf(objectOf(one).url))
    .find((text) => text !== '');
  return [textOf(name), url ?? ''].filter((text) => text !== '').join(' ') || textOf(id);
}
