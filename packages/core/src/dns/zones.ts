/** Whether the name is one of the zones or below one. Lower case, no last dot. */
export function isBelow(name: string, zones: ReadonlySet<string>): boolean {
  for (let at = 0; ; ) {
    if (zones.has(name.slice(at))) return true;
    at = name.indexOf('.', at) + 1;
    if (at === 0) return false;
  }
}

/**
 * Zones whose names carry something else than a tunnel's data. Reverse look-ups and the cluster's own names (search suffixes
 * make three to five of them of each look-up); look-ups of hashes and addresses at block lists and scanners of malware, which
 * would be tunnels by their shape: long random names and little else. Their owners publish them.
 */
export const QUIET_ZONES: ReadonlySet<string> = new Set([
  'arpa',
  'cluster.local',
  // Malware and reputation look-ups: McAfee/Trellix GTI, Sophos Live Protection, ESET, Trend Micro, Symantec, Webroot, Cisco.
  'gti.mcafee.com',
  'avqs.mcafee.com',
  'avts.mcafee.com',
  'gti.trellix.com',
  'sophosxl.net',
  'sophosxl.com',
  'e5.sk',
  'icrc.trendmicro.com',
  'url.trendmicro.com',
  'shasta-mrs.symantec.com',
  'webrootcloudav.com',
  'senderbase.org',
  // Block lists and directories: Team Cymru, Spamhaus, SURBL, URIBL, abuse.ch, MSBL, Barracuda, SORBS, Validity, mailspike.
  'cymru.com',
  'spamhaus.org',
  'spamhaus.net',
  'surbl.org',
  'uribl.com',
  'abuse.ch',
  'msbl.org',
  'barracudacentral.org',
  'sorbs.net',
  'senderscore.com',
  'mailspike.net',
  'mailspike.org',
  'spamcop.net',
  'dnswl.org',
  'habeas.com',
  'spameatingmonkey.net',
]);
