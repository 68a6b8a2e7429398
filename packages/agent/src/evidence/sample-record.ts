import type { EvidenceSample } from '@netguard/core';

/** Lengths of the head (JSON) and of the payload, big-endian, before both. */
const LENGTHS = 8;
/** No sample is larger: what else a damaged file says is not believed. */
const MOST_HEAD = 4096;
const MOST_PAYLOAD = 65_536;

/** A sample as it lies on disk. */
export function encodeSample({ bytes, ...head }: EvidenceSample): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const record = Buffer.alloc(LENGTHS + json.length + bytes.length);
  record.writeUInt32BE(json.length, 0);
  record.writeUInt32BE(bytes.length, 4);
  json.copy(record, LENGTHS);
  record.set(bytes, LENGTHS + json.length);
  return record;
}

/** Whether a sample can be kept at all: what cannot be read again is not written. */
export function isStorable(record: Buffer): boolean {
  return record.readUInt32BE(0) <= MOST_HEAD && record.readUInt32BE(4) <= MOST_PAYLOAD;
}

export interface Decoded {
  readonly samples: readonly EvidenceSample[];
  /** The file ends in the middle of a record, or has one that is none: what follows is lost. */
  readonly isDamaged: boolean;
}

/** All samples of a file, up to where it is damaged. */
export function decodeSamples(file: Buffer): Decoded {
  const samples: EvidenceSample[] = [];
  let at = 0;
  while (at + LENGTHS <= file.length) {
    const [head, payload] = [file.readUInt32BE(at), file.readUInt32BE(at + 4)];
    const from = at + LENGTHS + head;
    if (head > MOST_HEAD || payload > MOST_PAYLOAD || from + payload > file.length) break;
    const sample = sampleOf(file.toString('utf8', at + LENGTHS, from), file.subarray(from, from + payload));
    if (sample === undefined) break;
    samples.push(sample);
    at = from + payload;
  }
  return { samples, isDamaged: at !== file.length };
}

function sampleOf(json: string, bytes: Uint8Array): EvidenceSample | undefined {
  try {
    const head = JSON.parse(json) as Omit<EvidenceSample, 'bytes'>;
    const isOurs =
      Number.isFinite(head.timeMs) &&
      Number.isFinite(head.offset) &&
      Number.isFinite(head.length) &&
      [head.id, head.localKey, head.remoteKey, head.local?.ip, head.remote?.ip].every((one) => typeof one === 'string');
    return isOurs ? { ...head, bytes } : undefined;
  } catch {
    return undefined;
  }
}
