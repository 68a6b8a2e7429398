import type { Counts } from '../observation.ts';

/** Counters that only rise: from differences, or from absolute readings that may begin anew. */
export class RisingCounts {
  receivedBytes = 0;
  sentBytes = 0;
  receivedPackets = 0;
  sentPackets = 0;
  #last: { -readonly [K in keyof Counts]: number } | undefined;

  add(delta: Counts): void {
    this.receivedBytes += delta.receivedBytes;
    this.sentBytes += delta.sentBytes;
    this.receivedPackets += delta.receivedPackets;
    this.sentPackets += delta.sentPackets;
  }

  /** Adds what rose since the last reading; a reading with a counter below the last one began at zero. */
  setAbsolute(reading: Counts): void {
    const last = this.#last;
    const began =
      last === undefined ||
      reading.receivedPackets < last.receivedPackets ||
      reading.sentPackets < last.sentPackets ||
      reading.receivedBytes < last.receivedBytes ||
      reading.sentBytes < last.sentBytes;
    if (began) this.add(reading);
    else {
      this.receivedBytes += reading.receivedBytes - last.receivedBytes;
      this.sentBytes += reading.sentBytes - last.sentBytes;
      this.receivedPackets += reading.receivedPackets - last.receivedPackets;
      this.sentPackets += reading.sentPackets - last.sentPackets;
    }
    if (last === undefined) this.#last = { ...reading };
    else {
      last.receivedBytes = reading.receivedBytes;
      last.sentBytes = reading.sentBytes;
      last.receivedPackets = reading.receivedPackets;
      last.sentPackets = reading.sentPackets;
    }
  }
}
