import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a Maimon scan (nmap -sM)',
  args: ['-sM'],
  technique: 'maimon',
});
