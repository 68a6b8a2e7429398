/** The kernels that NetGuard is tried on beside the machine's own, oldest first. Debian has no 5.15. */
export interface KernelChoice {
  /** What a user calls it; the newest is whatever Debian has. */
  readonly name: string;
  readonly suite: string;
  /** Of Debian's release, where the suite of the kernel is only an addition to it. */
  readonly busyboxSuite?: string;
  readonly expects: 'served' | 'refused';
}

export const FLOOR: KernelChoice = { name: '6.1', suite: 'bookworm', expects: 'served' };

export const KERNELS: readonly KernelChoice[] = [
  { name: '5.10', suite: 'bullseye', expects: 'refused' },
  FLOOR,
  { name: '6.12', suite: 'trixie', expects: 'served' },
  { name: 'newest', suite: 'trixie-backports', busyboxSuite: 'trixie', expects: 'served' },
];
