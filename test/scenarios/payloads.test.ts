/** Tunnels, shells and miners by real tools are told by what their payload says, and ordinary names are not. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

const PREFIXES = ['dns-tunnel-', 'reverse-shell-', 'crypto-mining-', 'protocol-anomaly-', 'benign-dns-names'];

playAll(await scenariosOf(...PREFIXES), { together: 4 });
