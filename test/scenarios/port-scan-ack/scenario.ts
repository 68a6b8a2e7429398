import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'an ACK scan (nmap -sA)',
  args: ['-sA'],
  technique: 'ack',
});
