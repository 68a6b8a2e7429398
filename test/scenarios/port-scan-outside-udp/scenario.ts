import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a UDP scan from outside',
  args: ['-sU', '--max-retries', '1', '-p', '1-200'],
  technique: 'udp',
  from: 'outside',
});
