/** Real scans by nmap and masscan are told before they are over: once each, with the right ends. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

playAll(await scenariosOf('port-scan-', 'host-sweep-'));
