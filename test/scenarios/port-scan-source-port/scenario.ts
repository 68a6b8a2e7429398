import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a scan with the source port of DNS (nmap -g 53)',
  args: ['-sS', '-g', '53'],
  technique: 'syn',
});
