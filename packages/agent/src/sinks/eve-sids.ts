/**
 * Signature ids in EVE. A number once given stays with its rule: people write suppressions by it. They lie in the range that
 * Suricata's community leaves to everybody (1,000,000 to 1,999,999).
 */
const SIDS: Readonly<Record<string, number>> = {
  'syn-flood': 1_941_001,
  'udp-flood': 1_941_002,
  'icmp-flood': 1_941_003,
  'connection-flood': 1_941_004,
  amplification: 1_941_005,
  'volume-surge': 1_941_006,
  'port-scan': 1_941_101,
  'host-sweep': 1_941_102,
  'slow-scan': 1_941_103,
  'brute-force': 1_941_201,
  'new-edge': 1_941_202,
  'policy-violation': 1_941_203,
  'sensitive-endpoint': 1_941_204,
  'threat-intel': 1_941_301,
  signature: 1_941_302,
  'dns-tunnel': 1_941_303,
  dga: 1_941_304,
  beacon: 1_941_305,
  'crypto-mining': 1_941_306,
  'reverse-shell': 1_941_307,
  'protocol-anomaly': 1_941_308,
  'worm-propagation': 1_941_309,
  exfiltration: 1_941_401,
  'target-down': 1_941_501,
  'listener-overload': 1_941_502,
  program: 1_941_601,
};

/** The number of rules that have none of their own. */
export const OTHER_SID = 1_941_000;

export function eveSid(rule: string): number {
  return (Object.hasOwn(SIDS, rule) ? SIDS[rule] : undefined) ?? OTHER_SID;
}

export function eveSids(): ReadonlyMap<string, number> {
  return new Map(Object.entries(SIDS));
}
