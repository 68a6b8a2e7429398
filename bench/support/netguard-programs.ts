import { ngLimits } from '@netguard/core/abi';
import { BpfError, type BpfLink, type BpfMap, type BpfProgram, cgroupRoot, EventLoop } from '@netguard/libbpf';
import { type Config, defaultConfig } from '../../packages/agent/src/config/schema.ts';
import { ConversationRooms, conversationQuota } from '../../packages/agent/src/sources/ebpf/conversation-rooms.ts';
import { EbpfObjects } from '../../packages/agent/src/sources/ebpf/objects.ts';
import { PayloadControl } from '../../packages/agent/src/sources/ebpf/payload-control.ts';

type Sources = ReturnType<typeof defaultConfig>['sources']['ebpf'];

/** The defaults of the syn-flood detector, which are what an agent without configuration sets. */
const LIMITS = {
  listener_syns: 200,
  source_syns: 160,
  probe_ports: 0xffff_ffff,
  window_ms: 1000,
  grace_ms: 150,
} as const;
const DRAIN_EVERY_MS = 100;
const CONVERSATIONS = ['ng_convs4', 'ng_convs6'] as const;

/** NetGuard's kernel programs as an agent has them, attachable apart, with somebody who reads the ring. */
export class NetGuardPrograms implements AsyncDisposable {
  readonly objects: EbpfObjects;
  readonly #loop = new EventLoop();
  readonly #payload: PayloadControl | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #rooms: readonly ConversationRooms[];

  /** Samples of payload that were read. */
  samples = 0;

  /** Payload is sampled where it is said. */
  constructor(sizes: Partial<Sources> = {}, payload?: Config['payload']) {
    this.objects = EbpfObjects.load({ ...defaultConfig().sources.ebpf, ...sizes }, payload);
    const [config, excluded] = [this.objects.map('ng_payload_cfg'), this.objects.map('ng_payload_off')];
    this.#payload = payload && new PayloadControl(config, excluded, payload);
    const limits = new Uint8Array(ngLimits.SIZE);
    const view = new DataView(limits.buffer);
    for (const [field, value] of Object.entries(LIMITS)) {
      view.setUint32(ngLimits[field as keyof typeof LIMITS], value, true);
    }
    this.objects.map('ng_limits').setRaw(new Uint8Array(4), limits);
    const totals = this.objects.map('ng_totals').mmap();
    this.#rooms = CONVERSATIONS.map((name) => {
      const family = name.endsWith('4') ? 'room4' : 'room6';
      return new ConversationRooms(totals, family, conversationQuota(this.objects.map(name).maxEntries));
    });
    this.#loop.addRing(this.objects.map('ng_events'), () => {});
    this.#loop.addRing(this.objects.map('ng_payload'), () => void this.samples++);
    this.#timer = setInterval(() => this.#loop.drain(), DRAIN_EVERY_MS).unref();
  }

  /** Of programs that sample. */
  configure(payload: Config['payload']): void {
    this.#payload?.configure(payload);
  }

  program(name: string): BpfProgram {
    return this.objects.program(name);
  }

  /** The one of the two programs for dropped packets that this kernel takes. */
  get drop(): BpfProgram {
    const plain = this.program('ng_drop');
    return plain.autoload ? plain : this.program('ng_drop_sk');
  }

  /** Forgets all conversations, as an agent does with those that were idle for long: nobody deletes them here. */
  clearConversations(): void {
    for (const name of CONVERSATIONS) this.objects.map(name).clear();
    for (const rooms of this.#rooms) rooms.renew();
  }

  /** Leaves no room for another conversation, as a flood with ever new ports does. */
  fillConversations(): void {
    for (const name of CONVERSATIONS) fill(this.objects.map(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#loop.close();
    this.objects.close();
  }
}

function fill(map: BpfMap): void {
  const key = new Uint8Array(map.keySize);
  const value = new Uint8Array(map.valueSize);
  const view = new DataView(key.buffer);
  try {
    for (let n = 1; n <= map.maxEntries; n++) {
      view.setUint32(0, n, true);
      map.setRaw(key, value);
    }
  } catch (error) {
    // Some traffic is always there and has its own entries.
    if (!(error instanceof BpfError && error.code === 'LIBBPF_ERR_MAP_FULL')) throw error;
  }
}

/** Attaches programs where their sections say, those of packets at the root cgroup, in this order. */
export function attachAll(programs: readonly BpfProgram[]): BpfLink[] {
  const root = cgroupRoot();
  if (root === undefined) throw new Error('no cgroup v2 hierarchy is mounted here');
  return programs.map((program) =>
    program.section.startsWith('cgroup_skb/') ? program.attachCgroup(root) : program.attach(),
  );
}
