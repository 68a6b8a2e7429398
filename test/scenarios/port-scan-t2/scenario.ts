import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a polite scan (nmap -T2) of 30 ports, 0.4 s apart',
  args: ['-sS', '-T2', '-p', '1-30'],
  technique: 'syn',
});
