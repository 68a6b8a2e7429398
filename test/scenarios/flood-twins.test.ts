/** What looks like a flood and is none stays silent, all of it at once as on a busy node. */
import { playTogether } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

const TWINS = [
  'benign-dns-storm',
  'benign-udp-download',
  'benign-iperf3-udp',
  'benign-telemetry',
  'benign-ping-monitor',
  'benign-flash-crowd',
  'benign-load-test',
  'benign-autoscaling-burst',
];

playTogether('what is as much traffic as a flood, and none, is silent', await scenariosOf(...TWINS));
