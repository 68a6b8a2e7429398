import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for one test, removed with all that is in it. */
export class Temporary {
  readonly path: string;

  /** @param owner user and group id that shall be able to write there. */
  constructor(owner?: number) {
    this.path = mkdtempSync(join(tmpdir(), 'netguard-e2e-'));
    if (owner !== undefined) chownSync(this.path, owner, owner);
  }

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Writes a file and returns its path. What is no text is written as JSON, which is YAML. */
  write(name: string, content: unknown): string {
    const path = this.join(name);
    writeFileSync(path, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
