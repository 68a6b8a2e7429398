import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a half-open scan (nmap -sS) of a pod without an open port',
  args: ['-sS'],
  technique: 'syn',
});
