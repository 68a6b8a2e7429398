import type { Layer } from './layer.ts';
import type { Platform } from './platform.ts';

/** What a container of the image starts and finds. deploy/image/Dockerfile says the same; a test holds them together. */
export const RUN = {
  User: '0',
  Env: [
    'PATH=/usr/local/bin:/usr/bin:/bin',
    /* As packages/cli/bin/netguard sets them: no shell, so no launcher, is in the image. */
    'NODE_OPTIONS=--disable-warning=ExperimentalWarning --max-semi-space-size=2',
    'MALLOC_ARENA_MAX=2',
  ],
  Entrypoint: ['netguard'],
  Cmd: ['agent'],
  WorkingDir: '/',
  StopSignal: 'SIGTERM',
} as const;

/** What is the same for every build. */
export const LABELS = {
  'org.opencontainers.image.title': 'NetGuard',
  'org.opencontainers.image.description':
    'Real-time network threat detection for every pod on a Kubernetes node, with eBPF',
  'org.opencontainers.image.licenses': 'Apache-2.0',
} as const;

export interface Provenance {
  readonly version: string;
  /** The commit that was built, or undefined outside a git checkout. */
  readonly revision: string | undefined;
  readonly created: Date;
}

/** The OCI image configuration: what runs, and the digests of the unpacked layers from the bottom up. */
export function imageConfig(platform: Platform, layers: readonly Layer[], { version, revision, created }: Provenance) {
  const at = created.toISOString();
  return {
    created: at,
    architecture: platform.architecture,
    os: 'linux',
    config: {
      ...RUN,
      Labels: {
        ...LABELS,
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.created': at,
        ...(revision === undefined ? {} : { 'org.opencontainers.image.revision': revision }),
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created: at, created_by: `npm run image: ${title}` })),
  };
}

export type ImageConfig = ReturnType<typeof imageConfig>;
