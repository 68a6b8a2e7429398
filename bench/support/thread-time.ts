import koffi from 'koffi';

const clockGetTime = koffi.load(null).func('int clock_gettime(int, void *)');
const CLOCK_THREAD_CPUTIME_ID = 3;
const time = new BigInt64Array(2);

/**
 * Nanoseconds of processor time that this thread has had. Other work on the machine does not count in it. Node's own
 * `threadCpuUsage` comes in steps of some milliseconds.
 */
export function threadTimeNs(): number {
  clockGetTime(CLOCK_THREAD_CPUTIME_ID, time);
  return Number(time[0]) * 1e9 + Number(time[1]);
}
