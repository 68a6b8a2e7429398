import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Dissector } from '@netguard/core';
import { readCapture } from './read-capture.ts';

/** Payloads of the packets of every capture below a directory, up to `mostBytes`, and of one capture up to a twentieth of that. */
export function capturePayloads(directory: string, mostBytes: number): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let left = mostBytes;
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.pcap')) continue;
    let share = Math.min(left, mostBytes / 20);
    left -= share;
    const dissector = new Dissector();
    readCapture(join(directory, file), (frame) => {
      if (share <= 0 || !dissector.dissect(frame)) return;
      const length = Math.min(dissector.packet.payloadBytes, frame.end - frame.start);
      if (length === 0) return;
      share -= length;
      payloads.push(frame.bytes.slice(frame.end - length, frame.end));
    });
    left += Math.max(0, share);
  }
  return payloads;
}
