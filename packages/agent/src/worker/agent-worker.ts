import { release } from 'node:os';
import { performance } from 'node:perf_hooks';
import { type Alert, NetGuardError } from '@netguard/core';
import { learningSettings } from '../config/learning-settings.ts';
import type { Config } from '../config/schema.ts';
import { kernelCheck } from '../doctor/kernel-checks.ts';
import { type CgroupMount, findCgroupMount, walkCgroups } from '../identify/cgroup-tree.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import { IdentityTable } from '../identify/identity-table.ts';
import { nodeAddresses } from '../identify/node-addresses.ts';
import { hostNetworkNamespace } from '../identify/process-table.ts';
import { searchDomains } from '../identify/search-domains.ts';
import type { RuleInputs } from '../rules/rule-inputs.ts';
import { EbpfSource } from '../sources/ebpf/source.ts';
import { Baselines } from './baselines.ts';
import { Inventory } from './inventory.ts';
import { payloadLacks } from './payload-lacks.ts';
import { Pipeline, type PipelineSource, type Post } from './pipeline.ts';
import { PipelineCommands } from './pipeline-commands.ts';
import { RuleLoading } from './rule-loading.ts';
import type { SourceWorker } from './source-worker.ts';
import { WorkerMeter } from './worker-meter.ts';

/** Routine records do not wake the reader: this is how long one waits at the most. */
const LOOK_EVERY_MS = 100;

/** Owns the kernel source and the pipeline, and turns the one loop that both need. */
export class AgentWorker implements SourceWorker {
  readonly commands: PipelineCommands;
  readonly #post: Post;
  readonly #identity: IdentityTable;
  readonly #pipeline: Pipeline;
  readonly #baselines: Baselines;
  readonly #inventory: Inventory;
  readonly #rules: RuleLoading;
  readonly #source: EbpfSource;
  readonly #view: PipelineSource;
  #tickMs: number;
  #running = false;
  readonly #meter = new WorkerMeter();

  constructor(config: Config, identities: IdentityFile | null, openAlerts: readonly Alert[], post: Post) {
    this.#post = post;
    this.#tickMs = config.sources.ebpf.tickMs;
    refuseOldKernel(release());
    const mount = findCgroupMount(config.sources.ebpf.cgroupRoot);
    const identity = newIdentityTable(config, mount);
    const startMs = Date.now();
    identity.setIdentities(identities, startMs);
    this.#identity = identity;
    this.#pipeline = new Pipeline(config, identity, openAlerts, startMs, post, payloadLacks(config));
    this.#baselines = new Baselines(this.#pipeline.learning, post);
    this.#inventory = new Inventory(identity.known, post);
    this.#source = new EbpfSource(config, mount.mountPoint, this.#pipeline.detection.kernelLimits(), this.#pipeline);
    identity.walkCgroups(this.#source.clock.nowMs());
    this.#view = {
      nowMs: () => this.#source.clock.nowMs(),
      readListener: (netns, address, port) => this.#source.readListener(netns, address, port),
      deleteTotals: (cgroupId) => this.#source.deleteTotals(cgroupId),
    };
    this.#rules = new RuleLoading(
      (rules) => this.#pipeline.inspection.setRules(rules),
      post,
      (endpoint) => identity.cluster.pod(endpoint)?.labels,
      this.#view.nowMs,
    );
    this.commands = new PipelineCommands(this.#pipeline, this.#baselines, this.#view.nowMs);
    this.#source.tick();
  }

  /** Turns the loop until `stop`. */
  async run(): Promise<void> {
    this.#running = true;
    this.#post({ type: 'started', status: this.#source.status() });
    let nextTickMs = this.#view.nowMs();
    while (this.#running) {
      const untilTick = nextTickMs - this.#view.nowMs();
      const untilDue = this.#pipeline.detection.nextDueMs - this.#view.nowMs();
      const most = this.#inventory.isAsked || this.#rules.isBusy ? 0 : LOOK_EVERY_MS;
      await this.#source.poll(Math.max(0, Math.ceil(Math.min(most, untilTick, untilDue))));
      const began = performance.now();
      const nowMs = this.#view.nowMs();
      if (this.#pipeline.takeUrgent() || nowMs >= this.#pipeline.detection.nextDueMs)
        this.#pipeline.evaluate(this.#view);
      if (nowMs >= nextTickMs) {
        this.#tick();
        nextTickMs = Math.max(nextTickMs + this.#tickMs, this.#view.nowMs());
      }
      this.#baselines.advance();
      this.#inventory.advance();
      this.#rules.advance();
      this.#pipeline.outbox.flush(nowMs);
      this.#pipeline.evidence.flush();
      this.#meter.noteRound(began);
    }
    this.#baselines.finish();
    this.#rules.close();
    await this.#source.close();
  }

  configure(config: Config): void {
    this.#tickMs = config.sources.ebpf.tickMs;
    this.#pipeline.detection.configure(config);
    this.#pipeline.learning.configure(learningSettings(config));
    this.#source.setLimits(this.#pipeline.detection.kernelLimits());
    this.#pipeline.payload.configure(config.payload);
    this.#source.configurePayload(config.payload);
  }

  setRules(rules: RuleInputs | null): void {
    this.#rules.load(rules ?? undefined);
  }

  setNodeAddresses(addresses: readonly string[]): void {
    this.#identity.setNodeAddresses(addresses);
  }

  listIdentities(id: number): void {
    this.#inventory.ask(id);
    this.#source.wake();
  }

  stop(): void {
    this.#running = false;
    this.#source.wake();
  }

  #tick(): void {
    this.#source.tick();
    for (const cgroupId of this.#pipeline.payload.takeExcludedCgroups()) this.#source.excludePayload(cgroupId);
    this.#pipeline.evaluate(this.#view);
    const part = this.#pipeline.tick(this.#view);
    this.#meter.countLosses(this.#pipeline, (source, count) => this.#source.countLost(source, count));
    this.#post({
      type: 'tick',
      tick: {
        ...part,
        lost: this.#source.lost(),
        programs: this.#source.programs(),
        maps: this.#source.maps(),
        liveConnections: this.#source.liveConnections,
        tables: [...this.#source.tables(), ...part.tables],
        worker: this.#meter.take(),
      },
    });
  }
}

/** A kernel that cannot run the programs is named before the verifier says so in its own words. */
function refuseOldKernel(version: string): void {
  const { status, detail, fix } = kernelCheck(version);
  if (status !== 'fail') return;
  throw new NetGuardError('NG_ERR_KERNEL_OLD', `starting on Linux ${detail}`, fix ? { hint: fix } : {});
}

function newIdentityTable(config: Config, mount: CgroupMount): IdentityTable {
  return new IdentityTable({
    nodeName: config.kubernetes.nodeName ?? config.node,
    nodeAddresses: nodeAddresses(),
    ...config.identity,
    searchDomains: searchDomains(),
    hostNetns: hostNetworkNamespace(),
    walk: () => walkCgroups(mount),
  });
}
