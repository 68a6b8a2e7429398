import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An installed npm package. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly directory: string;
}

export function readNpmPackage(nodeModules: string, name: string): NpmPackage {
  const directory = join(nodeModules, name);
  const { version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as NpmPackage;
  return { name, version, license, directory };
}

/** The text of its licence, or undefined when it ships none. */
export function licenseText({ directory }: NpmPackage): Buffer | undefined {
  const name = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
  return name === undefined ? undefined : readFileSync(join(directory, name));
}
