import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a scan with raw Ethernet frames (nmap --send-eth)',
  args: ['-sS', '--send-eth'],
  technique: 'syn',
});
