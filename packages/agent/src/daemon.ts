import { type NetGuardError, redactBytes } from '@netguard/core';
import type { Config } from './config/schema.ts';
import { DaemonAlerts } from './daemon-alerts.ts';
import { DaemonBaselines } from './daemon-baselines.ts';
import { DaemonEvidence } from './daemon-evidence.ts';
import { DaemonIdentities } from './daemon-identities.ts';
import { DaemonKubernetes } from './daemon-kubernetes.ts';
import { DaemonNodeAddresses } from './daemon-node-addresses.ts';
import { DaemonSilences } from './daemon-silences.ts';
import { DaemonSinks } from './daemon-sinks.ts';
import { auditLog } from './http/audit.ts';
import { startMetricsServer } from './http/metrics-server.ts';
import { type HttpServer, startHttpServer } from './http/server.ts';
import type { IdentitySource } from './identify/identity-source.ts';
import { DaemonIntel } from './intel/daemon-intel.ts';
import type { Logger } from './log.ts';
import { NodeMetrics } from './metrics/node-metrics.ts';
import { DaemonPolicies } from './policy/daemon-policies.ts';
import { DaemonPrograms } from './programs/daemon-programs.ts';
import { EndCache } from './programs/end-cache.ts';
import { ProgramHost } from './programs/program-host.ts';
import { restartNeeded } from './restart-needed.ts';
import { DaemonRules } from './rules/daemon-rules.ts';
import type { EventLog } from './state/event-log.ts';
import { IdentityDesk } from './state/identity-desk.ts';
import { NodeState } from './state/node-state.ts';
import type { FromWorker } from './worker/messages.ts';
import { createWorker, defaultWorkerUrl, WorkerLink, type WorkerPort } from './worker-link.ts';

export interface DaemonOptions {
  readonly version: string;
  readonly logger: Logger;
  /** Ends a start that still waits. A running daemon is ended by `close`. */
  readonly signal?: AbortSignal;
  /** The Worker's file: `worker/worker.ts` in the sources, `worker.js` beside the bundle, unless set. */
  readonly workerUrl?: URL;
  readonly createWorker?: (url: URL) => WorkerPort;
  /** Where all names come from; the file of `identity.file` and the API server unless set. */
  readonly identitySource?: IdentitySource;
  /** Called when the Worker ended by itself, after everything else was closed. Exits with status 1 unless set. */
  readonly onFatal?: (error: NetGuardError) => void;
  readonly heartbeatMs?: number;
}

export interface Daemon {
  /** Where it answers: `http://127.0.0.1:8410`. */
  readonly url: string;
  readonly state: NodeState;
  /** What `/api/v1/stream` sends, for users in the same process. */
  readonly events: EventLog;
  /** Takes a changed configuration into use; says in the log what only a restart can change. */
  applyConfig(config: Config): void;
  /** The changed configuration is unusable: what is in use stays, and status and metrics say so. */
  refuseConfig(error: Error): void;
  /** Unready, Worker stopped, alerts saved, sinks told or their news spooled, HTTP closed: within ten seconds. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts everything of one node: HTTP first (so a busy port is told before anything is attached), then the Worker with
 * the kernel side. Resolves once programs are attached; throws NetGuardError, with everything closed again, when not.
 */
export async function startDaemon(config: Config, options: DaemonOptions): Promise<Daemon> {
  const daemon = new NodeDaemon(config, options);
  try {
    await daemon.start();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  return daemon;
}

const NOT_FOLLOWED: Config['kubernetes'] = { enabled: 'never' };

class NodeDaemon implements Daemon {
  readonly state: NodeState;
  readonly #options: DaemonOptions;
  readonly #logger: Logger;
  readonly #alerts: DaemonAlerts;
  readonly #silences: DaemonSilences;
  readonly #sinks: DaemonSinks;
  readonly #identities: DaemonIdentities;
  readonly #kubernetes: DaemonKubernetes;
  readonly #evidence: DaemonEvidence;
  readonly #baselines: DaemonBaselines;
  readonly #inventory = new IdentityDesk((id) => this.#link?.send({ type: 'list-identities', id }));
  readonly #policies: DaemonPolicies;
  readonly #intel: DaemonIntel;
  readonly #rules: DaemonRules;
  readonly #programs: DaemonPrograms;
  readonly #programHost: ProgramHost;
  readonly #ends = new EndCache((ends) => this.#link?.send({ type: 'name-ends', ends }));
  readonly #nodeAddresses = new DaemonNodeAddresses();
  #config: Config;
  #http: HttpServer | undefined;
  #metricsHttp: HttpServer | undefined;
  #link: WorkerLink | undefined;
  #closed: Promise<void> | undefined;

  constructor(config: Config, options: DaemonOptions) {
    this.#config = config;
    this.#options = options;
    this.#logger = options.logger;
    this.state = new NodeState({ config, version: options.version });
    this.#alerts = new DaemonAlerts(config.stateDir, this.state, this.#logger);
    this.#silences = new DaemonSilences(config.stateDir, this.state, this.#logger);
    const apiServer = () => this.#kubernetes.access;
    this.#sinks = new DaemonSinks({ stateDir: config.stateDir, state: this.state, logger: this.#logger, apiServer });
    this.state.changes.on('closed', ({ id }) => this.#link?.send({ type: 'close-alert', id }));
    this.#identities = new DaemonIdentities(config, this.state, this.#logger, options.identitySource);
    const following = options.identitySource === undefined ? config : { ...config, kubernetes: NOT_FOLLOWED };
    this.#kubernetes = new DaemonKubernetes(following, this.state, this.#logger);
    this.#baselines = new DaemonBaselines(config.stateDir, this.state, this.#logger, (id, request) =>
      this.#link?.send({ type: 'baselines', id, request }),
    );
    this.#policies = new DaemonPolicies(this.state.concerns, this.#logger);
    this.#rules = new DaemonRules(this.state.concerns, this.#logger);
    this.#evidence = new DaemonEvidence(config.stateDir, this.state, this.#logger, redactBytes);
    this.#intel = new DaemonIntel({
      stateDir: config.stateDir,
      state: this.state,
      logger: this.#logger,
      version: options.version,
    });
    this.#programHost = new ProgramHost({
      limits: () => this.#config.programs,
      now: this.state.now,
      names: this.#ends,
      events: { onRecord: (program, map, record) => this.#tellRecord(program, map, record) },
    });
    this.#programs = new DaemonPrograms({
      host: this.#programHost,
      state: this.state,
      logger: this.#logger,
      audit: auditLog(this.#logger),
      onMeasured: (measurements) => this.#link?.send({ type: 'program-measurements', measurements }),
      onRead: () => this.#ends.request(),
    });
  }

  get url(): string {
    return this.#http?.url ?? '';
  }

  get events(): EventLog {
    return this.state.events;
  }

  async start(): Promise<void> {
    const { heartbeatMs, signal, workerUrl = defaultWorkerUrl() } = this.#options;
    const serving = {
      state: this.state,
      metrics: new NodeMetrics(this.state),
      onError: (err: unknown) => this.#logger.error({ err }, 'answering a request'),
    };
    const { server, metrics } = this.#config;
    this.#http = await startHttpServer({
      server,
      audit: auditLog(this.#logger),
      heartbeatMs,
      apiServer: () => this.#kubernetes.access,
      ...serving,
    });
    if (metrics.listen !== undefined) {
      this.#metricsHttp = await startMetricsServer({ listen: metrics.listen, ...serving });
      this.#logger.info({ url: this.#metricsHttp.url }, 'serving metrics and probes without a token');
    }
    this.#silences.restore(this.#config.silences);
    const before = this.#alerts.restore();
    await this.#kubernetes.open();
    this.#sinks.start(this.#config.sinks);
    this.state.sinks = this.#sinks;
    const learned = this.#baselines.restore();
    await this.#evidence.configure(this.#config.payload);
    const identities = await this.#identities.start(this.#kubernetes.access !== undefined, (changed) =>
      this.#link?.send({ type: 'identities', identities: changed }),
    );
    const policies = this.#policies.start(this.#config.policy.files, (changed) =>
      this.#link?.send({ type: 'policies', policies: changed }),
    );
    const intel = this.#intel.start(this.#config.intel, (lists) => this.#link?.send({ type: 'intel', lists }));
    this.state.intel = this.#intel;
    const rules = this.#rules.start(this.#config.rules, (changed) =>
      this.#link?.send({ type: 'rules', rules: changed ?? null }),
    );
    this.#link = new WorkerLink((this.#options.createWorker ?? createWorker)(workerUrl), {
      onMessage: (message) => this.#receive(message),
      onCrash: (error) => void this.#crash(error),
    });
    await this.#link.start(
      { type: 'start', config: this.#config, identities, policies, intel, learned, ...before },
      signal,
    );
    if (rules !== undefined) this.#link.send({ type: 'rules', rules });
    const loading = this.#programs.start(this.#config.programs);
    this.state.programs = this.#programs;
    this.state.baselines = this.#baselines.desk;
    this.state.identities = this.#inventory;
    this.#nodeAddresses.start((addresses) => this.#link?.send({ type: 'node-addresses', addresses }));
    this.#kubernetes.follow({
      onDelta: (delta) => this.#link?.send({ type: 'identity-delta', delta }),
      onPolicies: (ofCluster) => this.#policies.setCluster(ofCluster),
    });
    await Promise.race([loading, aborted(signal)]);
  }

  #receive(message: FromWorker): void {
    if (message.type === 'log') {
      const { type: _type, level, msg, ...fields } = message;
      this.#logger[level](fields, msg);
      return;
    }
    this.state.apply(message);
    if (message.type === 'baselines') this.#baselines.receive(message);
    if (message.type === 'rules') {
      this.state.rules = message.summary;
      this.#rules.compiled(message.summary);
    }
    if (message.type === 'ends-named') this.#ends.receive(message.ends);
    if (message.type === 'known-identities') this.#inventory.receive(message);
    if (message.type === 'evidence') this.#evidence.receive(message.samples, message.dropped);
    if (message.type === 'flows') this.#link?.send({ type: 'flows-taken' });
  }

  #tellRecord(program: string, map: string, record: Uint8Array): void {
    const event = this.#programHost.exportsOf(program)?.event(map, record, this.state.now());
    if (event !== undefined) this.state.events.publish('program', event);
  }

  applyConfig(config: Config): void {
    for (const key of restartNeeded(this.#config, config)) {
      this.#logger.warn({ code: 'NG_WARN_RESTART_NEEDED', key }, `${key} changed: it takes effect at the next start`);
    }
    this.#config = config;
    this.#logger.level = config.log.level;
    this.state.configure(config);
    this.#silences.configure(config.silences);
    void this.#sinks.configure(config.sinks);
    this.state.configReloadSuccessful = true;
    this.state.concerns.delete('config');
    this.#link?.send({ type: 'config', config });
    this.#policies.configure(config.policy.files);
    this.#rules.configure(config.rules);
    this.#intel.configure(config.intel);
    void this.#programs.configure(config.programs);
    void this.#evidence.configure(config.payload);
    this.#kubernetes.configure(config);
    this.#logger.info('configuration reloaded');
  }

  refuseConfig(error: Error): void {
    this.state.configReloadSuccessful = false;
    this.state.concerns.set(
      'config',
      `The changed configuration was refused, the last good one is in use: ${error.message}`,
    );
    this.#logger.error({ err: error }, 'the changed configuration was refused, the last good one is in use');
  }

  async #crash(error: NetGuardError): Promise<void> {
    this.#logger.error({ err: error, hint: error.hint }, error.message);
    await this.close();
    const { onFatal = exitFailed } = this.#options;
    onFatal(error);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.state.phase = 'stopping';
    await Promise.all([this.#identities.stop(), this.#kubernetes.stop()]);
    this.#policies.close();
    this.#rules.close();
    this.#intel.close();
    this.#nodeAddresses.stop();
    // A program that the kernel is verifying cannot be hurried: what is to be saved does not wait for it.
    const programs = this.#programs.close();
    await this.#link?.stop();
    this.#inventory.close();
    await Promise.all([
      programs,
      this.#alerts.flush(),
      this.#silences.flush(),
      this.#baselines.close(),
      this.#sinks.close(),
      this.#evidence.close(),
    ]);
    await Promise.all([this.#http?.close(), this.#metricsHttp?.close()]);
    this.#logger.flushRepeated();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The message is in the log already. */
function exitFailed(): void {
  process.exit(1);
}
