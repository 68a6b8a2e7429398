/** The files that a recorded scenario has beside its scenario.ts. docs: ../README.md. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { scenarioFile } from './folders.ts';

/** `recording.json`. */
export interface Recording {
  /** When it was recorded, RFC 3339. */
  readonly recordedAt: string;
  /** What recorded it and what made the traffic: programs with their versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly packets: number;
  /** The recording ended by itself after so many, the scenario perhaps not. */
  readonly maxPackets: number;
  /** Addresses of the roles outside the cluster, which the identity file does not name. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

export function isRecorded(id: string): boolean {
  return existsSync(scenarioFile(id, 'capture.pcap.gz'));
}

export function readRecording(id: string): { readonly recording: Recording; readonly pcap: Buffer } {
  return {
    recording: JSON.parse(readFileSync(scenarioFile(id, 'recording.json'), 'utf8')) as Recording,
    pcap: gunzipSync(readFileSync(scenarioFile(id, 'capture.pcap.gz'))),
  };
}
