import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a half-open scan from outside',
  args: ['-sS'],
  technique: 'syn',
  from: 'outside',
  tcp: [22, 80, 443, 3306, 8080],
});
