/** Real scans by nmap and masscan are told before they are over: once each, with the right ends. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

/** At full speed, under a flood, or slowed down when others use up the host's limit of ICMP errors: alone. */
const ALONE = [
  'port-scan-masscan',
  'port-scan-during-flood',
  'port-scan-random-flood',
  'port-scan-udp',
  'port-scan-outside-udp',
];

const scans = await scenariosOf('port-scan-', 'host-sweep-');
playAll(
  scans.filter(({ id }) => !ALONE.includes(id)),
  { together: 4 },
);
playAll(scans.filter(({ id }) => ALONE.includes(id)));
