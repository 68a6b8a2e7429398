import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'an insane scan (nmap -T5)',
  args: ['-sS', '-T5'],
  technique: 'syn',
});
