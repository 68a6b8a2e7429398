import type { IntelKind } from '../intel.ts';
import type { EntrySink } from './entry-sink.ts';
import { arrayOf, type JsonObject, objectOf, textOf } from './json-value.ts';

/** Attribute types, and what their value is; a second part after `|` is a port where `ip` says so. */
const TYPES: Readonly<Record<string, IntelKind | 'address|port' | 'domain|address' | 'domain|port'>> = {
  'ip-src': 'address',
  'ip-dst': 'address',
  'ip-src|port': 'address|port',
  'ip-dst|port': 'address|port',
  domain: 'domain',
  hostname: 'domain',
  'domain|ip': 'domain|address',
  'hostname|port': 'domain|port',
  url: 'url',
  uri: 'url',
  link: 'url',
  'ja3-fingerprint-md5': 'ja3',
  'hassh-md5': 'hassh',
  'hasshserver-md5': 'hassh-server',
  'x509-fingerprint-sha1': 'certificate',
  'x509-fingerprint-sha256': 'certificate',
};

/** An event, or several as exports and searches give them. Attributes that are not meant for detection (`to_ids`) are skipped. */
export function readMisp(json: unknown, sink: EntrySink): void {
  let where = 0;
  for (const event of eventsOf(json)) {
    const reference = textOf(event.info) || textOf(event.uuid);
    const objects = arrayOf(event.Object).flatMap((one) => arrayOf(objectOf(one).Attribute));
    for (const one of [...arrayOf(event.Attribute), ...objects]) {
      where++;
      attribute(objectOf(one), reference, where, sink);
    }
  }
}

function* eventsOf(json: unknown): Generator<JsonObject> {
  const { response, Event: event, Attribute: attributes } = objectOf(json);
  const several = Array.isArray(json) ? json : arrayOf(response);
  for (const one of several) yield objectOf(objectOf(one).Event ?? one);
  if (event !== undefined) yield objectOf(event);
  else if (attributes !== undefined) yield objectOf(json);
  /* The answer of a search for attributes. */
  const found = objectOf(response).Attribute;
  if (found !== undefined) yield { Attribute: found };
}

function attribute(one: JsonObject, event: string, where: number, sink: EntrySink): void {
  const type = textOf(one.type);
  const value = textOf(one.value);
  const kind = TYPES[type];
  if (kind === undefined || one.to_ids === false || one.deleted === true || type === 'link') {
    sink.skip();
    return;
  }
  const comment = textOf(one.comment);
  const reference = [event, comment].filter((text) => text !== '').join(': ');
  const details = reference === '' ? undefined : { reference };
  const [first = '', second = ''] = value.split('|');
  switch (kind) {
    case 'address|port':
      sink.entry(where, first.includes(':') ? `[${first}]:${second}` : `${first}:${second}`, details, {
        kind: 'address',
      });
      break;
    case 'domain|address':
      sink.entry(where, first, details, { kind: 'domain' });
      sink.entry(where, second, details, { kind: 'address' });
      break;
    case 'domain|port':
      sink.entry(where, first, details, { kind: 'domain' });
      break;
    default:
      sink.entry(where, value, details, { kind });
  }
}
