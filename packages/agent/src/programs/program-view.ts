import type { ProgramKind } from './program-file.ts';
import type { RunningView } from './running-program.ts';

/** A program of a user: GET /api/v1/programs. */
export interface ProgramView extends RunningView {
  readonly name: string;
  /** Without directories. */
  readonly file: string;
  readonly kind: ProgramKind;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** Where whoever loaded it had it. */
  readonly path: string;
  readonly origin: 'api' | 'configuration';
  /** As they said; nobody has checked it. */
  readonly loadedBy: string;
  readonly loadedAt: string;
  readonly set: Readonly<Record<string, string>>;
  readonly cgroup?: string;
  readonly interface?: string;
  readonly frequency?: number;
  readonly pin: boolean;
  /** A YAML file with series and alerts came with it. */
  readonly hasSpec: boolean;
}
