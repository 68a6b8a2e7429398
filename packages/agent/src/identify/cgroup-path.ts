/**
 * What a cgroup's path says about its owner. Paths are from the root of the default (v2) hierarchy. Pure.
 * Order of trust: the outermost pod (its UID is what this node's API server knows, also when the pod runs another
 * cluster inside), else the outermost container, else the innermost systemd unit, else the host.
 */
export type Runtime = 'containerd' | 'cri-o' | 'docker' | 'podman' | 'lxc' | 'machine' | 'unknown';

export interface PodCgroup {
  readonly kind: 'pod';
  readonly podUid: string;
  readonly containerId?: string;
  readonly runtime: Runtime;
}

export interface ContainerCgroup {
  readonly kind: 'container';
  /** Hex id, or the name where the runtime has none (LXC, nspawn). */
  readonly containerId: string;
  readonly runtime: Runtime;
}

export type CgroupOwner =
  | PodCgroup
  | ContainerCgroup
  | { readonly kind: 'unit'; readonly unit: string }
  | { readonly kind: 'host' };

const HOST: CgroupOwner = Object.freeze({ kind: 'host' });

/* systemd driver: dashes of the UID are underscores, since a dash nests slices. Prefix: `kubelet-` under kind. */
const POD_SLICE = /(?:^|-)kubepods(?:-burstable|-besteffort)?-pod([0-9A-Za-z_]{8,64})\.slice$/;
/* The kubelet speaks systemd and the runtime cgroupfs: containerd then makes one directory of the three parts. */
const POD_COLON = /(?:^|-)kubepods(?:-burstable|-besteffort)?-pod([0-9A-Za-z_]{8,64})\.slice:([a-z-]+):([0-9a-f]{64})$/;
/* cgroupfs driver. */
const POD_DIRECTORY = /^pod([0-9A-Za-z][0-9A-Za-z_-]{7,63})$/;
const QOS_DIRECTORY = /^(?:burstable|besteffort)$/;
const HEX_ID = /^[0-9a-f]{64}$/;
/* `<runtime>-<id>.scope` with systemd, without `.scope` under cgroupfs; the monitor process has a scope of its own. */
const RUNTIME_SCOPE =
  /^(cri-containerd|containerd|nerdctl|crio-conmon|crio|docker|libpod-conmon|libpod-payload|libpod)-([0-9a-f]{64})(?:\.scope)?$/;
const MACHINE_SCOPE = /^machine-(.+)\.scope$/;
const NSPAWN_SERVICE = /^systemd-nspawn@(.+)\.service$/;
const LXC_DIRECTORY = /^lxc\.(?:payload|monitor)\.(.+)$/;
const UNIT = /\.(?:service|scope|socket|mount|swap)$/;

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'cri-containerd': 'containerd',
  containerd: 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  'crio-conmon': 'cri-o',
  docker: 'docker',
  libpod: 'podman',
  'libpod-conmon': 'podman',
  'libpod-payload': 'podman',
};

/** Never throws: a path of no known shape is the host's. */
export function parseCgroupPath(path: string): CgroupOwner {
  const segments = path.split('/').filter((segment) => segment !== '');
  return findPod(segments) ?? findContainer(segments) ?? findUnit(segments) ?? HOST;
}

function findPod(segments: readonly string[]): PodCgroup | undefined {
  for (const [index, segment] of segments.entries()) {
    const colon = POD_COLON.exec(segment);
    if (colon) {
      return {
        kind: 'pod',
        podUid: dashed(colon[1]!),
        containerId: colon[3]!,
        runtime: RUNTIMES[colon[2]!] ?? 'unknown',
      };
    }
    const uid = POD_SLICE.exec(segment)?.[1] ?? podDirectory(segments, index);
    if (uid === undefined) continue;
    const container = containerOf(segments[index + 1] ?? '');
    return container
      ? { kind: 'pod', podUid: dashed(uid), containerId: container.containerId, runtime: container.runtime }
      : { kind: 'pod', podUid: dashed(uid), runtime: 'unknown' };
  }
  return undefined;
}

/** `kubepods/pod<uid>` or `kubepods/<qos>/pod<uid>`: without kubepods above it a directory named pod… is anything. */
function podDirectory(segments: readonly string[], index: number): string | undefined {
  const parent = segments[index - 1] ?? '';
  const above = QOS_DIRECTORY.test(parent) ? segments[index - 2] : parent;
  return above === 'kubepods' ? POD_DIRECTORY.exec(segments[index]!)?.[1] : undefined;
}

function findContainer(segments: readonly string[]): ContainerCgroup | undefined {
  for (const [index, segment] of segments.entries()) {
    const container = containerOf(segment, segments[index - 1]) ?? machineOf(segment, segments[index - 1]);
    if (container) return container;
  }
  return undefined;
}

function containerOf(segment: string, parent = ''): ContainerCgroup | undefined {
  const scope = RUNTIME_SCOPE.exec(segment);
  if (scope) return { kind: 'container', containerId: scope[2]!, runtime: RUNTIMES[scope[1]!] ?? 'unknown' };
  if (!HEX_ID.test(segment)) return undefined;
  return { kind: 'container', containerId: segment, runtime: RUNTIMES[parent] ?? 'unknown' };
}

function machineOf(segment: string, parent = ''): ContainerCgroup | undefined {
  const machine = MACHINE_SCOPE.exec(segment)?.[1] ?? NSPAWN_SERVICE.exec(segment)?.[1];
  if (machine !== undefined) return { kind: 'container', containerId: unescapeUnit(machine), runtime: 'machine' };
  const lxc = LXC_DIRECTORY.exec(segment)?.[1] ?? (parent === 'lxc' || parent === 'lxc.payload' ? segment : undefined);
  return lxc === undefined ? undefined : { kind: 'container', containerId: lxc, runtime: 'lxc' };
}

function findUnit(segments: readonly string[]): CgroupOwner | undefined {
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index]!;
    /* Below the top, init.scope is where a service manager keeps itself: the unit above it is the owner. */
    if (UNIT.test(segment) && (segment !== 'init.scope' || index === 0))
      return { kind: 'unit', unit: unescapeUnit(segment) };
  }
  return undefined;
}

function dashed(uid: string): string {
  return uid.replaceAll('_', '-').toLowerCase();
}

/** systemd writes bytes it cannot put in a unit name as `\x2d`; control characters stay escaped. */
function unescapeUnit(name: string): string {
  return name.replace(/(?:\\x[0-9a-f]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('\\x', ''), 'hex');
    const text = bytes.toString('utf8');
    return /[\p{Cc}\ufffd]/u.test(text) ? run : text;
  });
}
