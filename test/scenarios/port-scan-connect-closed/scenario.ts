import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a connect scan (nmap -sT) of a pod without an open port',
  args: ['-sT'],
  technique: ['connect', 'syn'],
});
