import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a connect scan over IPv6 (nmap -6 -sT) of a pod with open ports',
  args: ['-sT'],
  technique: ['connect', 'syn'],
  ipv6: true,
  tcp: [22, 80, 443, 3306, 8080],
});
