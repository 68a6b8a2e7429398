import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a UDP scan (nmap -sU) of a pod with two open ports',
  args: ['-sU', '--max-retries', '1', '-p', '1-200'],
  technique: 'udp',
  udp: [9, 53],
});
