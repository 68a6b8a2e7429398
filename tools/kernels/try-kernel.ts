import type { GuestLine, KernelReport } from '../../test/kernels/report.ts';
import { boot } from './boot.ts';
import { WorkDirectory } from './cache.ts';
import { debianBpftrace } from './debian-bpftrace.ts';
import { debianKernel } from './debian-kernel.ts';
import { guestImage } from './guest-image.ts';
import type { KernelChoice } from './list.ts';

export interface TryOptions {
  readonly onLine?: (line: GuestLine) => void;
  /** Debian's bpftrace is fetched, and runs a script there: some 200 MB more in memory, and half a minute. */
  readonly bpftrace?: boolean;
}

/** Fetches one kernel unless it is in the cache, boots it, and says what it came to. */
export async function tryKernel(choice: KernelChoice, options: TryOptions = {}): Promise<KernelReport> {
  const { onLine, bpftrace = false } = options;
  using work = new WorkDirectory();
  const kernel = await debianKernel(choice);
  const initrd = await guestImage(work.path, kernel, bpftrace ? await debianBpftrace() : undefined);
  return await boot(kernel, initrd, work.path, onLine);
}
