import type { Member } from '../lab/member.ts';
import { startPodProcess } from './pod-process.ts';
import type { CrowdResult } from './pod-settings.ts';

export interface CrowdOptions {
  /** New connections a second. 2,000 by default, as many as the flood has SYNs. */
  readonly rate?: number;
  /** 8 by default. */
  readonly seconds?: number;
}

/** The last clients' patience, and some for a busy machine. */
const graceMs = 20_000;

/**
 * The benign twin of the flood: real clients from many addresses open connections at the same rate, are served and go.
 * Resolves when the last is done. @throws NG_ERR_DEMO_POD when the clients could not run.
 */
export async function flashCrowd(
  outside: Member,
  target: string,
  port: number,
  { rate = 2_000, seconds = 8 }: CrowdOptions = {},
): Promise<CrowdResult> {
  const settings = { role: 'crowd', target, port, from: outside.ips, rate, seconds } as const;
  const { line } = startPodProcess(outside, settings, seconds * 1_000 + graceMs);
  return JSON.parse(await line) as CrowdResult;
}
