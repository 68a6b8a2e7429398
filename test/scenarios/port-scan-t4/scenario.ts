import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'an aggressive scan (nmap -T4)',
  args: ['-sS', '-T4'],
  technique: 'syn',
  tcp: [22, 80, 443, 3306, 8080],
});
