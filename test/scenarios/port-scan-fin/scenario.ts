import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a FIN scan (nmap -sF) of a pod with open ports',
  args: ['-sF'],
  technique: 'fin',
  tcp: [22, 80, 443, 3306, 8080],
});
