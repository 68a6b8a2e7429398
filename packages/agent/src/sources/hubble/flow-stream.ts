import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { NetGuardError } from '@netguard/core';
import { backoffMs } from '../../backoff.ts';
import type { Config } from '../../config/schema.ts';
import { type FlowMessage, type FlowsResponse, toMs, toNumber, toTimestamp } from './messages.ts';
import { NodeBook } from './node-book.ts';
import { ObserverClient } from './observer-client.ts';
import { relayProblem } from './relay-problem.ts';
import { type RelaySettings, readRelaySettings } from './relay-settings.ts';
import { flowKey, SeenFlows } from './seen-flows.ts';
import { lossName, NODE_STATES } from './verdicts.ts';

const BACKOFF = { firstMs: 500, mostMs: 30_000 };
/** A stream that lived for so long was well: what ends it is no repetition of what ended the one before. */
const WELL_MS = 10_000;
/** After a break flows are asked for again from so long before the last one, so that the known ones show that none is missing. */
const OVERLAP_MS = 2000;
/** How often the relay is asked how it does; that shows too whether it is still there. */
const ASK_MS = 30_000;

export interface FlowStreamHandlers {
  /** A flow that was not heard before. `nodeName` is that of the node that told of it. */
  readonly onFlow: (flow: FlowMessage, nodeName: string, timeMs: number) => void;
  readonly onLost: (source: string, count: number) => void;
  /** The connection came or went. */
  readonly onState: (state: StreamState) => void;
}

export interface StreamState {
  readonly isConnected: boolean;
  /** Epoch milliseconds of the change. */
  readonly sinceMs: number;
  /** Why it is not; undefined while it is, and before the first attempt has ended. */
  readonly problem: NetGuardError | undefined;
}

/** Follows the flows of a relay for as long as it is open: connects again, takes up where it left off, and says what is missing. */
export class FlowStream {
  readonly nodes = new NodeBook();
  readonly #config: Config['sources']['hubble'];
  readonly #handlers: FlowStreamHandlers;
  readonly #seen = new SeenFlows();
  #state: StreamState = { isConnected: false, sinceMs: Date.now(), problem: undefined };
  #client: ObserverClient | undefined;
  #call: ClientReadableStream<FlowsResponse> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #isClosed = false;
  #failures = 0;
  /** Time of the newest flow, and of the first connection, from which on none is to be missed. */
  #lastMs = Number.NaN;
  #firstMs = Number.NaN;
  #flows = 0;
  #again = 0;
  #reconnects = 0;
  #version = '';

  constructor(config: Config['sources']['hubble'], handlers: FlowStreamHandlers) {
    this.#config = config;
    this.#handlers = handlers;
  }

  /** Begins to connect. What goes wrong is in the state, and tried again. */
  open(): void {
    void this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Flows taken, flows told again, connections after the first, and the relay's version once it said it. */
  get figures(): { readonly flows: number; readonly again: number; readonly reconnects: number; version: string } {
    return { flows: this.#flows, again: this.#again, reconnects: this.#reconnects, version: this.#version };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  async #connect(): Promise<void> {
    let settings: RelaySettings;
    try {
      settings = readRelaySettings(this.#config);
    } catch (error) {
      this.#failed(error as NetGuardError);
      return;
    }
    const client = new ObserverClient(settings);
    this.#client = client;
    try {
      const { version = '' } = await client.status();
      if (this.#isClosed) return;
      this.#version = version;
      this.#follow(client, settings);
    } catch (error) {
      await this.#ended(client, settings, error as ServiceError);
    }
  }

  #follow(client: ObserverClient, settings: RelaySettings): void {
    const connectedMs = Date.now();
    const isAgain = !Number.isNaN(this.#firstMs);
    if (isAgain) this.#reconnects++;
    else this.#firstMs = connectedMs;
    const sinceMs = (Number.isNaN(this.#lastMs) ? this.#firstMs : this.#lastMs) - OVERLAP_MS;
    if (isAgain) this.nodes.broke(sinceMs);
    const call = client.flows(isAgain ? { follow: true, since: toTimestamp(sinceMs) } : { follow: true });
    this.#call = call;
    call.on('data', (response: FlowsResponse) => this.#take(response));
    let isOver = false;
    const over = (error: ServiceError) => {
      if (isOver) return;
      isOver = true;
      if (Date.now() - connectedMs > WELL_MS) this.#failures = 0;
      void this.#ended(client, settings, error);
    };
    call.on('error', over);
    call.on('end', () => over(Object.assign(new Error('the relay ended the stream'), endedByServer)));
    this.#setState(true, undefined);
    this.#asking = setInterval(() => void client.status().catch((error: ServiceError) => over(error)), ASK_MS);
  }

  #take(response: FlowsResponse): void {
    const { flow, lostEvents, nodeStatus } = response;
    if (lostEvents) {
      this.#handlers.onLost(lossName(lostEvents.source ?? 0), Math.max(1, toNumber(lostEvents.count)));
      return;
    }
    if (nodeStatus) {
      const { state, nodeNames = [], message = '' } = nodeStatus;
      if (state === NODE_STATES.unavailable || state === NODE_STATES.error)
        this.nodes.setUnavailable(nodeNames, message);
      else if (state === NODE_STATES.connected || state === NODE_STATES.gone) this.nodes.setAvailable(nodeNames);
      return;
    }
    if (!flow) return;
    const node = response.nodeName || flow.nodeName || '';
    const timeMs = toMs(flow.time ?? response.time);
    if (Number.isNaN(timeMs)) {
      this.#handlers.onFlow(flow, node, timeMs);
      return;
    }
    if (this.nodes.isStale(node, timeMs) || this.#seen.has(flowKey(flow, node), timeMs)) {
      this.#again++;
      this.nodes.known(node);
      return;
    }
    const missing = this.nodes.news(node, timeMs);
    if (missing > 0) this.#handlers.onLost('hubble_gap', missing);
    // A node whose clock is ahead must not make the others' flows too old to be asked for.
    const heardMs = Math.min(timeMs, Date.now());
    if (!(heardMs <= this.#lastMs)) this.#lastMs = heardMs;
    this.#flows++;
    this.#handlers.onFlow(flow, node, timeMs);
  }

  async #ended(client: ObserverClient, settings: RelaySettings, error: ServiceError): Promise<void> {
    if (this.#isClosed || client !== this.#client) return;
    this.#drop();
    // What is missed from now on is told later: time must not go on while the reason is looked for.
    this.#setState(false, this.#state.problem);
    const problem = await relayProblem(error, settings);
    if (!this.#isClosed) this.#failed(problem);
  }

  #failed(problem: NetGuardError): void {
    this.#setState(false, problem);
    this.#failures++;
    this.#timer = setTimeout(() => void this.#connect(), backoffMs(this.#failures, 0, BACKOFF));
  }

  #setState(isConnected: boolean, problem: NetGuardError | undefined): void {
    const isChange = isConnected !== this.#state.isConnected;
    const sinceMs = isChange ? Date.now() : this.#state.sinceMs;
    this.#state = { isConnected, sinceMs, problem };
    this.#handlers.onState(this.#state);
  }

  #drop(): void {
    clearInterval(this.#asking);
    this.#call?.removeAllListeners();
    // What it still says is of nobody's interest.
    this.#call?.on('error', () => {});
    this.#call?.cancel();
    this.#call = undefined;
    this.#client?.close();
    this.#client = undefined;
  }
}

/** Neither a status nor details: nothing was wrong but that it ended. */
const endedByServer = { code: 14, details: 'the relay ended the stream', metadata: undefined as never };
