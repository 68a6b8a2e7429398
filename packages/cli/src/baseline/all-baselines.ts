import type { ApiClient } from '../client/api-client.ts';
import type { BaselineView, List } from '../client/api-types.ts';

const PAGE = 1000;

/** Every workload that the filter means, in order of name. */
export async function allBaselines(
  client: ApiClient,
  filter: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<BaselineView[]> {
  const all: BaselineView[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ ...filter, limit: `${PAGE}`, ...(cursor === undefined ? {} : { cursor }) });
    const page: List<BaselineView> = await client.get(`/api/v1/baselines?${query}`, signal);
    all.push(...page.items);
    // A server that repeats its cursor would never end.
    if (page.nextCursor === cursor) break;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
