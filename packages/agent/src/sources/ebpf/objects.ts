import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NetGuardError } from '@netguard/core';
import * as abi from '@netguard/core/abi';
import { BpfError, type BpfLink, type BpfMap, BpfObject, type BpfProgram } from '@netguard/libbpf';
import type { Config } from '../../config/schema.ts';
import type { ProgramStatus } from '../../worker/messages.ts';
import { conversationQuota } from './conversation-rooms.ts';
import { kernelBtf } from './kernel-btf.ts';

const PAGE = 4096;
/** One record in so many of a pass may be a socket's first, which is four times as long; in small tables more. */
const NEW_SHARE = 8;
const NEW_AT_LEAST = 4096;
const OBJECTS = ['sockets', 'packets', 'probes', 'cgroups'] as const;
/** Maps that several objects declare; the first to load owns them. */
const SHARED = ['ng_lost', 'ng_events', 'ng_limits', 'ng_listeners', 'ng_syn_rate', 'ng_sk'];
/** What is lost without a program, for `status` and `doctor`; those without an entry are required. */
const OPTIONAL: Readonly<Record<string, string>> = {
  ng_packet_in: 'UDP and ICMP are not counted and SYN floods are not seen; TCP accounting goes on',
  ng_packet_out: 'UDP and ICMP sent by pods are not counted; TCP accounting goes on',
  ng_drop: 'dropped packets and probes of closed ports are not seen',
  ng_drop_sk: 'dropped packets and probes of closed ports are not seen',
  ng_cgroup_mkdir: 'new pods are found by walking the cgroup tree, a little later',
  ng_cgroup_rmdir: 'pods that ended are found by walking the cgroup tree, a little later',
};
const VALUE_SIZES: Readonly<Record<string, number>> = {
  ng_live: abi.ngLiveRecord.SIZE,
  ng_live_new: abi.ngLiveNew.SIZE,
  ng_live_header: abi.ngLiveHeader.SIZE,
  ng_listeners: abi.ngListenerValue.SIZE,
  ng_totals: abi.ngTotalValue.SIZE,
  ng_convs4: abi.ngConvValue.SIZE,
  ng_convs6: abi.ngConvValue.SIZE,
  ng_drops: abi.ngDropSet.SIZE,
  ng_probes4: abi.ngProbeValue.SIZE,
  ng_probes6: abi.ngProbeValue.SIZE,
  ng_limits: abi.ngLimits.SIZE,
  ng_payload_cfg: abi.ngPayloadConfig.SIZE,
};

/** What of the configuration of payload is fixed once the programs are loaded. */
export type PayloadSizes = Pick<Config['payload'], 'mode' | 'ringBytes'>;

const NO_PAYLOAD: PayloadSizes = { mode: 'off', ringBytes: PAGE };

type Sources = Config['sources']['ebpf'];

/** Where the kernel programs lie: configured, beside the built package, or in the source tree. */
export function objectDirectory(configured: string | undefined): string {
  const candidates = configured
    ? [configured]
    : ['./bpf', '../../../../../bpf/build'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((path) => existsSync(join(path, 'sockets.bpf.o')));
  if (found) return found;
  throw new NetGuardError('NG_ERR_BPF_OBJECTS', `looking for the kernel programs in ${candidates.join(', ')}`, {
    hint: 'build them with `npm run build:bpf` (needs clang and libbpf-dev), or set sources.ebpf.objectDir',
  });
}

/** The loaded kernel programs and their maps. Closing it detaches everything; nothing is pinned. */
export class EbpfObjects implements Disposable {
  readonly #objects = new Map<string, BpfObject>();
  readonly #links: BpfLink[] = [];
  readonly #attached = new Map<string, BpfProgram>();
  readonly #refused = new Map<string, string>();

  /** Opens, sizes and loads all objects; attaches nothing. Payload is sampled where it is said. */
  static load(sources: Sources, payload: PayloadSizes = NO_PAYLOAD): EbpfObjects {
    const directory = objectDirectory(sources.objectDir);
    const self = new EbpfObjects();
    try {
      for (const name of OBJECTS) self.#load(name, join(directory, `${name}.bpf.o`), sources, payload);
      return self;
    } catch (cause) {
      self.close();
      throw loadError(cause);
    }
  }

  map(name: string): BpfMap {
    for (const object of this.#objects.values()) {
      const map = object.maps.get(name);
      if (map) return map;
    }
    throw new NetGuardError('NG_ERR_BPF_LOAD', `finding map ${name}`);
  }

  program(name: string): BpfProgram {
    for (const object of this.#objects.values()) {
      const program = object.programs.get(name);
      if (program) return program;
    }
    throw new NetGuardError('NG_ERR_BPF_LOAD', `finding program ${name}`);
  }

  /** Attaches a program by its section, or to a cgroup; an optional one that is refused is remembered, not thrown. */
  attach(name: string, cgroup?: string): BpfLink | undefined {
    const program = this.program(name);
    try {
      const link = cgroup === undefined ? program.attach() : program.attachCgroup(cgroup);
      this.#links.push(link);
      this.#attached.set(name, program);
      return link;
    } catch (cause) {
      const lost = OPTIONAL[name];
      if (lost === undefined) throw loadError(cause);
      this.#refused.set(name, `${cause instanceof Error ? cause.message : String(cause)}; ${lost}`);
      return undefined;
    }
  }

  attached(): readonly BpfProgram[] {
    return [...this.#attached.values()];
  }

  maps(): readonly BpfMap[] {
    const byName = new Map<string, BpfMap>();
    for (const object of this.#objects.values()) {
      for (const map of object.maps.values()) if (!byName.has(map.name)) byName.set(map.name, map);
    }
    return [...byName.values()];
  }

  status(): ProgramStatus[] {
    const rows: ProgramStatus[] = [];
    for (const [name, program] of this.#attached) {
      const info = program.info();
      const measured = info.runCount > 0 ? { runs: info.runCount, seconds: info.runTimeNs / 1e9 } : {};
      rows.push({ name, attached: true, ...measured });
    }
    for (const [name, reason] of this.#refused) rows.push({ name, attached: false, reason });
    return rows;
  }

  close(): void {
    for (const link of this.#links.splice(0)) link.close();
    for (const object of [...this.#objects.values()].reverse()) object.close();
    this.#objects.clear();
    this.#attached.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #load(name: string, path: string, sources: Sources, payload: PayloadSizes): void {
    const object = BpfObject.open(path);
    this.#objects.set(name, object);
    this.#resize(object, sources);
    if (name === 'packets') setPayload(object, payload);
    for (const map of object.maps.values()) {
      if (!SHARED.includes(map.name)) continue;
      const owner = this.#ownerOf(map.name, object);
      if (owner) map.reuse(owner);
    }
    if (name === 'probes') chooseDropProgram(object);
    object.load();
    for (const [map, size] of Object.entries(VALUE_SIZES)) {
      const actual = object.maps.get(map)?.valueSize;
      if (actual !== undefined && actual !== size) {
        throw new NetGuardError(
          'NG_ERR_ABI',
          `comparing map ${map}: the programs have ${actual} bytes, this build ${size}`,
          {
            hint: 'programs and agent are of different versions; run `npm run build:bpf`',
          },
        );
      }
    }
  }

  #ownerOf(map: string, except: BpfObject): BpfMap | undefined {
    for (const object of this.#objects.values())
      if (object !== except && object.maps.has(map)) return object.maps.get(map);
    return undefined;
  }

  #resize(object: BpfObject, sources: Sources): void {
    const sizes: Record<string, number> = {
      ng_events: sources.ringBytes,
      ng_live: sources.maxLiveRecords,
      ng_live_new: newRecords(sources.maxLiveRecords),
      ng_listeners: sources.maxListeners,
      ng_convs4: sources.maxConversations - ipv6Share(sources.maxConversations),
      ng_convs6: ipv6Share(sources.maxConversations),
      ng_totals: sources.maxCgroups,
      ng_total_slots: sources.maxCgroups,
      ng_total_free: sources.maxCgroups,
      ng_probes4: sources.maxProbes - ipv6Share(sources.maxProbes),
      ng_probes6: ipv6Share(sources.maxProbes),
    };
    for (const [name, size] of Object.entries(sizes)) {
      const map = object.maps.get(name);
      if (map) map.maxEntries = size;
    }
    const [convs4, convs6] = [object.maps.get('ng_convs4'), object.maps.get('ng_convs6')];
    if (convs4 && convs6) {
      object.setGlobals({
        ng_conv_quota4: conversationQuota(convs4.maxEntries),
        ng_conv_quota6: conversationQuota(convs6.maxEntries),
      });
    }
    if (object.maps.has('ng_events')) {
      object.setGlobals({ ng_ring_wake_bytes: wakeBytes(sources.ringBytes) });
    }
  }
}

/** Off, all of it is compiled out, and its ring is a page. */
function setPayload(object: BpfObject, { mode, ringBytes }: PayloadSizes): void {
  object.map('ng_payload').maxEntries = mode === 'off' ? PAGE : ringBytes;
  object.setGlobals({ ng_payload_on: mode === 'off' ? 0 : 1, ng_payload_wake: wakeBytes(ringBytes) });
}

/** The reader is woken when so much of a ring waits. */
function wakeBytes(ringBytes: number): number {
  return Math.max(PAGE / 4, Math.floor(ringBytes / 16));
}

function newRecords(liveRecords: number): number {
  return Math.max(Math.ceil(liveRecords / NEW_SHARE), Math.min(liveRecords, NEW_AT_LEAST));
}

/** Of a table a family. A quarter: nodes with more IPv6 than IPv4 are rare, and what finds no room is counted all the same. */
function ipv6Share(entries: number): number {
  return entries >>> 2;
}

/** Kernels since 6.11 hand the socket to kfree_skb's tracepoint; the program that takes it is refused by older ones. */
function chooseDropProgram(object: BpfObject): void {
  const withSocket = (kernelBtf().funcProto('btf_trace_kfree_skb')?.parameters.length ?? 4) >= 5;
  object.program(withSocket ? 'ng_drop' : 'ng_drop_sk').autoload = false;
}

function loadError(cause: unknown): Error {
  if (cause instanceof NetGuardError) return cause;
  if (cause instanceof BpfError) {
    const hint =
      cause.code === 'LIBBPF_ERR_PRIVILEGE'
        ? 'run it as root, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; `netguard doctor` says what is missing'
        : '`netguard doctor` says what this machine lacks';
    return new NetGuardError('NG_ERR_BPF_LOAD', 'loading the kernel programs', { cause, hint });
  }
  return cause instanceof Error ? cause : new Error(String(cause));
}
