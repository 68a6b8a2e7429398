import { nmapScan } from '../support/nmap-scan.ts';

export const scenario = nmapScan({
  what: 'a scan by a pod with decoys from outside (nmap -D): the pod is the real one',
  args: ['-sS', '-D', '198.51.100.11,198.51.100.12,ME,198.51.100.13'],
  technique: 'syn',
});
