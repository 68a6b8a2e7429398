import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a NULL scan (nmap -sN) of a pod without an open port',
  args: ['-sN'],
  technique: 'null',
});
