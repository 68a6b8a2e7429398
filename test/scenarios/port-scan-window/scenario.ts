import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a window scan (nmap -sW)',
  args: ['-sW'],
  technique: 'ack',
  tcp: [22, 80, 443, 3306, 8080],
});
