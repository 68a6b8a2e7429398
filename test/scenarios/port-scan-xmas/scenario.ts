import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'an XMAS scan (nmap -sX) of a pod with open ports',
  args: ['-sX'],
  technique: 'xmas',
  tcp: [22, 80, 443, 3306, 8080],
});
