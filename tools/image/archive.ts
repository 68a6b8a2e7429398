import { FileTree } from './file-tree.ts';
import type { ImageConfig } from './image-config.ts';
import { digestOf, type ImageBlob, type Layer } from './layer.ts';
import { packTree } from './pack-tree.ts';

const MEDIA_TYPE = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export interface ImageArchive {
  readonly data: Uint8Array;
  /** Digest of the manifest: what a registry and `image@sha256:…` call the image. */
  readonly digest: string;
}

/**
 * One file that `ctr images import`, `podman load`, `skopeo` (OCI layout 1.0.0) and `docker load` (manifest.json) read.
 * containerd and podman take the full name from `io.containerd.image.name`; `ref.name` is the tag alone, as OCI has it.
 */
export async function makeArchive(
  name: string,
  tag: string,
  config: ImageConfig,
  layers: readonly Layer[],
): Promise<ImageArchive> {
  const configBlob = jsonBlob(config);
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.manifest,
    config: descriptor(MEDIA_TYPE.config, configBlob),
    layers: layers.map((layer) => descriptor(MEDIA_TYPE.layer, layer)),
  });
  const tree = new FileTree()
    .file('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    .file('index.json', JSON.stringify(index(name, tag, config, manifest)))
    .file('manifest.json', JSON.stringify(dockerManifest(name, tag, configBlob, layers)));
  for (const blob of new Map([configBlob, manifest, ...layers].map((each) => [each.digest, each])).values())
    tree.file(blobPath(blob), blob.data);

  const data = await packTree(tree, new Date(config.created));
  return { data, digest: manifest.digest };
}

function index(name: string, tag: string, { architecture, os }: ImageConfig, manifest: ImageBlob) {
  const annotations = {
    'io.containerd.image.name': `${name}:${tag}`,
    'org.opencontainers.image.ref.name': tag,
  };
  return {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.index,
    manifests: [{ ...descriptor(MEDIA_TYPE.manifest, manifest), platform: { architecture, os }, annotations }],
  };
}

function dockerManifest(name: string, tag: string, config: ImageBlob, layers: readonly ImageBlob[]) {
  return [{ Config: blobPath(config), RepoTags: [`${name}:${tag}`], Layers: layers.map(blobPath) }];
}

function jsonBlob(value: unknown): ImageBlob {
  const data = Buffer.from(JSON.stringify(value));
  return { digest: digestOf(data), data };
}

function descriptor(mediaType: string, { digest, data }: ImageBlob) {
  return { mediaType, digest, size: data.length };
}

function blobPath({ digest }: ImageBlob): string {
  return `blobs/${digest.replace(':', '/')}`;
}
