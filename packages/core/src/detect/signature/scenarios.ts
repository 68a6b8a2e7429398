/** For tests only: samples that matched rules, and ones of rules that are no more than information. */
import type { Endpoint } from '../../endpoint.ts';
import type { SignatureObservation } from '../../observation.ts';
import type { SignatureMatch } from '../../rules/signature-match.ts';
import type { DetectorSet } from '../detector-set.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod } from '../session-observations.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const control: Endpoint = { ip: '203.0.113.9', kind: 'world' };

export function rule(sid: number, more: Partial<SignatureMatch> = {}): SignatureMatch {
  return {
    gid: 1,
    sid,
    rev: 3,
    msg: 'MALWARE check-in',
    classType: 'trojan-activity',
    priority: 1,
    metadata: {},
    references: ['url,example.org/check-in'],
    text: `alert http any any -> any any (msg:"MALWARE check-in"; sid:${sid}; rev:3;)`,
    file: 'local.rules',
    line: 4,
    ...more,
  };
}

/** What `local`, the client unless said otherwise, sent (or got, with `sent: false`). */
export function matched(
  timeMs: number,
  signature: SignatureMatch,
  more: Partial<SignatureObservation> & { readonly from?: Endpoint; readonly to?: Endpoint } = {},
): Seen {
  const { from = web, to = control, ...over } = more;
  const observation: SignatureObservation = {
    kind: 'signature',
    timeMs,
    transport: 'TCP',
    id: String(timeMs),
    role: 'client',
    cgroupId: 1,
    netns: 1,
    local: { ip: from.ip, port: 40_000 },
    remote: { ip: to.ip, port: 443 },
    sent: true,
    signature,
    ...over,
  };
  return { observation, who: { local: from, remote: to } };
}

const scenario =
  (priority: number): Scenario =>
  (set: DetectorSet) =>
    play(
      set,
      [1, 2, 3].map((nth) => matched(START_MS + nth * 5000, rule(2_000_000 + nth, { priority }))),
      START_MS + 120_000,
    );

export const attack: Scenario = scenario(1);
/** As many matches of rules that inform. */
export const benign: Scenario = scenario(4);

export function strangers(index: number, timeMs: number): Seen[] {
  const from = pod(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, 'shop', `app-${index}`);
  return [matched(timeMs, rule(1), { from })];
}
