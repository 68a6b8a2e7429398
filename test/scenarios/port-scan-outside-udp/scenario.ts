import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a UDP scan from outside',
  args: ['-sU', '--host-timeout', '5s', '-p', '1-200'],
  technique: 'udp',
  from: 'outside',
});
