/** The effective configuration for a person: YAML, each value that is not a default with where it came from. */
import { Document, isMap, isScalar, type YAMLMap } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { redact } from './redact.ts';

/** A file of the same content again: loading it gives the same configuration. Secrets are redacted. */
export function showConfig(loaded: Pick<LoadedConfig, 'config' | 'origins'>): string {
  const document = new Document(redact(loaded.config), { aliasDuplicateObjects: false });
  for (const [path, origin] of loaded.origins) {
    const keys = path.split('.');
    const parent = document.getIn(keys.slice(0, -1), true) as YAMLMap | undefined;
    const node = document.getIn(keys, true);
    if (isScalar(node)) node.comment = ` ${origin}`;
    else if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === keys.at(-1));
      if (isScalar(pair?.key)) pair.key.commentBefore = ` ${origin}`;
    }
  }
  return document.toString({ lineWidth: 0 });
}
