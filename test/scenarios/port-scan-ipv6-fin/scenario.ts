import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a FIN scan over IPv6 (nmap -6 -sF)',
  args: ['-sF'],
  technique: 'fin',
  ipv6: true,
});
