import type { EvidenceSample, RedactStream } from './evidence-sample.ts';

/**
 * Samples of one conversation with secrets taken out. What follows on each other in one direction is joined first: a secret may
 * begin in one segment and end in the next.
 */
export function redactSamples(samples: readonly EvidenceSample[], redact: RedactStream): EvidenceSample[] {
  const redacted = new Map<EvidenceSample, Uint8Array>();
  for (const run of runsOf(samples)) {
    const stream = new Uint8Array(run.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let at = 0;
    for (const { bytes } of run) {
      stream.set(bytes, at);
      at += bytes.length;
    }
    const first = run[0] as EvidenceSample;
    const clean = redact(stream, { isMiddle: first.transport === 'TCP' && first.offset > 0 });
    at = 0;
    for (const sample of run) {
      redacted.set(sample, clean.slice(at, at + sample.bytes.length));
      at += sample.bytes.length;
    }
  }
  return samples.map((sample) => ({ ...sample, bytes: redacted.get(sample) as Uint8Array }));
}

/** Each run is one direction without a gap; a datagram is one by itself. */
function runsOf(samples: readonly EvidenceSample[]): EvidenceSample[][] {
  const runs: EvidenceSample[][] = [];
  for (const sent of [true, false]) {
    let run: EvidenceSample[] = [];
    let next = Number.NaN;
    for (const sample of samples.filter((one) => one.sent === sent).sort((a, b) => a.offset - b.offset)) {
      if (sample.transport === 'UDP' || sample.offset !== next) {
        run = [];
        runs.push(run);
      }
      run.push(sample);
      // What was cut off of a segment is a gap as well.
      next = sample.bytes.length === sample.length ? sample.offset + sample.length : Number.NaN;
    }
  }
  return runs;
}
