import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a scan in fragments of eight bytes (nmap -f)',
  args: ['-sS', '-f'],
  technique: 'syn',
});
