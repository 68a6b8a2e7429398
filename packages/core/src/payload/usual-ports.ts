/** Ports at which a protocol is expected (IANA, Service Name and Transport Protocol Port Number Registry; miners' by habit). */
const USUAL_PORTS: Readonly<Record<string, readonly number[]>> = {
  dns: [53, 5353, 5355],
  http: [80, 8080, 8000, 8888],
  tls: [443, 853, 8443, 993, 995, 465, 636, 6443],
  ssh: [22, 2222],
  smb: [445, 139],
  dcerpc: [135],
  redis: [6379, 6380, 26_379],
  mysql: [3306],
  postgresql: [5432],
  mongodb: [27_017, 27_018, 27_019],
  kafka: [9092, 9093, 9094],
  stratum: [3333, 4444, 5555, 7777, 14_433, 14_444, 45_700],
  quic: [443],
  ntp: [123],
  snmp: [161, 162],
  tftp: [69],
  ldap: [389, 3268],
  mqtt: [1883],
  amqp: [5672],
  rdp: [3389],
  telnet: [23],
  memcached: [11_211],
  socks4: [1080],
  socks5: [1080],
};

/** Parsers that know so little by the bytes alone that they count at their usual ports only. */
const NEEDS_USUAL_PORT: readonly string[] = ['ntp'];

export function needsUsualPort(name: string): boolean {
  return NEEDS_USUAL_PORT.includes(name);
}

/** Whether one of the ports is one that a parser of that name is expected at. */
export function isUsualPort(name: string, sourcePort: number, destinationPort: number): boolean {
  const ports = USUAL_PORTS[name];
  return ports !== undefined && (ports.includes(destinationPort) || ports.includes(sourcePort));
}
