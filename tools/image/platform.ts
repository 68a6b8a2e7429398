import { ImageError } from './image-error.ts';

/** One machine type by the names that OCI, Debian, npm and ELF have for it. */
export interface Platform {
  /** OCI's and Debian's: they agree on both. */
  readonly architecture: 'amd64' | 'arm64';
  /** Node.js's and npm's. */
  readonly cpu: 'x64' | 'arm64';
  /** `e_machine` of an ELF file. */
  readonly elfMachine: number;
}

const PLATFORMS: readonly Platform[] = [
  { architecture: 'amd64', cpu: 'x64', elfMachine: 62 },
  { architecture: 'arm64', cpu: 'arm64', elfMachine: 183 },
];

/** The platform of `linux/ARCHITECTURE`, or of this machine. */
export function platformOf(name: string = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`): Platform {
  const found = PLATFORMS.find(({ architecture }) => name === `linux/${architecture}`);
  if (found) return found;
  const known = PLATFORMS.map(({ architecture }) => `linux/${architecture}`).join(' and ');
  throw new ImageError('choosing a platform', `there is no ${name}`, `Give --platform: ${known} can be built.`);
}
