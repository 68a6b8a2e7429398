import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a half-open scan (nmap -sS) of a pod with five open ports',
  args: ['-sS'],
  technique: 'syn',
  tcp: [22, 80, 443, 3306, 8080],
});
