import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a connect scan of a pod of which 60 ports are open and nothing else is tried',
  args: ['-sT', '-p', '7000-7059'],
  technique: ['connect', 'syn'],
  tcp: Array.from({ length: 60 }, (_, n) => 7000 + n),
});
