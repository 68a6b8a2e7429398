/**
 * UDP services that answer forged questions with more than was asked: port → name. US-CERT TA14-017A (NTP to BitTorrent in its
 * table, with the additions of 2015 to 2019), and vectors published since: Netscout (CoAP, ARMS, WS-Discovery, DHDiscover,
 * BACnet), Akamai (SLP, Mitel TP-240), the open scans of Shadowserver (IPMI, ISAKMP, Ubiquiti, XDMCP).
 */
export const REFLECTORS: ReadonlyMap<number, string> = new Map([
  [7, 'Echo'],
  [17, 'QOTD'],
  [19, 'CharGEN'],
  [53, 'DNS'],
  [69, 'TFTP'],
  [111, 'Portmap'],
  [123, 'NTP'],
  [137, 'NetBIOS'],
  [161, 'SNMP'],
  [177, 'XDMCP'],
  [389, 'CLDAP'],
  [427, 'SLP'],
  [500, 'ISAKMP'],
  [520, 'RIPv1'],
  [623, 'IPMI'],
  [1194, 'OpenVPN'],
  [1434, 'MS SQL'],
  [1900, 'SSDP'],
  [2123, 'GTP-C'],
  [3283, 'Apple remote management'],
  [3389, 'RDP'],
  [3478, 'STUN'],
  [3702, 'WS-Discovery'],
  [4500, 'ISAKMP'],
  [5060, 'SIP'],
  [5093, 'Sentinel'],
  [5353, 'mDNS'],
  [5683, 'CoAP'],
  [6881, 'BitTorrent'],
  [10001, 'Ubiquiti discovery'],
  [10074, 'Mitel TP-240'],
  [11211, 'Memcached'],
  [17185, 'VxWorks'],
  [20811, 'Powerhouse'],
  [27015, 'Steam'],
  [27960, 'Quake'],
  [30718, 'Lantronix'],
  [32410, 'Plex'],
  [32414, 'Plex'],
  [33848, 'Jenkins discovery'],
  [37810, 'DHDiscover'],
  [41794, 'Crestron'],
  [47808, 'BACnet'],
  [53413, 'Netis'],
]);

const isReflectorPort = new Uint8Array(65_536);
for (const port of REFLECTORS.keys()) isReflectorPort[port] = 1;

/** Whether a UDP port is one of a reflector. Asked for every conversation. */
export function isReflector(port: number): boolean {
  return isReflectorPort[port] === 1;
}

/** `DNS (53)`, or the number of a port that is in no list. */
export function reflectorName(port: number): string {
  const name = REFLECTORS.get(port);
  return name === undefined ? `port ${port}` : `${name} (${port})`;
}
