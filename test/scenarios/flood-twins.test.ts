/** What looks like a flood and is none stays silent. */
import { playAll } from './support/play-all.ts';
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

playAll(await scenariosOf(...TWINS));
