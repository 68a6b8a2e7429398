import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureReader, type Frame } from '@netguard/core';

const CHUNK_BYTES = 1024 * 1024;

/** Reads a capture as `netguard replay` does, a chunk at a time. */
export function readCapture(path: string, each: (frame: Frame) => void): number {
  const reader = new CaptureReader();
  const chunk = new Uint8Array(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      reader.push(chunk.subarray(0, read));
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) each(frame);
    }
  } finally {
    closeSync(file);
  }
  return reader.packets;
}
