import type { GuestLine, KernelReport } from '../../test/kernels/report.ts';
import { boot } from './boot.ts';
import { WorkDirectory } from './cache.ts';
import { debianKernel } from './debian-kernel.ts';
import { guestImage } from './guest-image.ts';
import type { KernelChoice } from './list.ts';

/** Fetches one kernel unless it is in the cache, boots it, and says what it came to. */
export async function tryKernel(choice: KernelChoice, onLine?: (line: GuestLine) => void): Promise<KernelReport> {
  using work = new WorkDirectory();
  const kernel = await debianKernel(choice);
  const initrd = await guestImage(work.path, kernel);
  return await boot(kernel, initrd, work.path, onLine);
}
