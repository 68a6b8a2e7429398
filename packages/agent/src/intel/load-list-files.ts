import type { IntelList } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { ListCache } from './list-cache.ts';
import { allowList, listInUse, makeList, readListFile } from './make-list.ts';

/**
 * The lists of a configuration without following any: those of files, and of URLs what was fetched last. Nothing is fetched.
 * Throws NG_ERR_INTEL_READ and NG_ERR_INTEL_LIST.
 */
export function loadIntelLists({ intel: { lists, allow }, stateDir }: Pick<Config, 'intel' | 'stateDir'>): IntelList[] {
  const cache = new ListCache(stateDir);
  const loaded = lists.flatMap((settings) => {
    if (settings.file !== undefined) return listInUse(settings, readListFile(settings.file, settings));
    const cached = cache.read(settings.name, settings.url ?? '', settings.maxBytes);
    return cached === undefined ? [] : listInUse(settings, makeList(cached.text, settings, cached.fetchedMs));
  });
  return [...loaded, allowList(allow)];
}
