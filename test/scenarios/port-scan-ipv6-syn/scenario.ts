import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a half-open scan over IPv6 (nmap -6 -sS)',
  args: ['-sS'],
  technique: 'syn',
  ipv6: true,
});
