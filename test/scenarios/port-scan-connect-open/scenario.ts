import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a connect scan (nmap -sT) of a pod with five open ports',
  args: ['-sT'],
  technique: ['connect', 'syn'],
  tcp: [22, 80, 443, 3306, 8080],
});
