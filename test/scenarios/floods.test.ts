/** Real floods by hping3 and by clients of our own are told while they go on: once each, with the right ends. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

playAll(await scenariosOf('syn-flood-', 'udp-flood-', 'icmp-flood-', 'amplification-', 'connection-flood-'));
