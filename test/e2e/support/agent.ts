import type { Alert, AlertEvent } from '@netguard/core';
import type { List, ListenerView, PodRow, StatusResponse } from '../../../packages/agent/src/http/api-types.ts';
import type { Lab } from '../../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../../packages/cli/src/lab/pod.ts';
import { Background } from './background.ts';
import { type Ended, netguard, netguardCommand, type RunOptions } from './command.ts';
import { EventStream } from './event-stream.ts';
import { getJson, httpGet } from './http.ts';
import { Temporary } from './temporary.ts';
import { until } from './until.ts';

export interface AgentOptions extends RunOptions {
  /** Whose pods get names. */
  readonly lab?: Lab;
  /** The configuration file, beside `apiVersion`. Without `alerts`, they resolve after 2 s of quiet. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where configuration and state are; given when they are to outlive a restart, else removed with the agent. */
  readonly directory?: Temporary;
  /** Another copy of the command. */
  readonly command?: string;
}

/** A running `netguard run` with a port and a state directory of its own. It ends with this process at the latest. */
export class Agent {
  readonly url: string;
  readonly process: Background;
  readonly #owned: Temporary | undefined;

  private constructor(url: string, background: Background, owned: Temporary | undefined) {
    this.url = url;
    this.process = background;
    this.#owned = owned;
  }

  /** Resolves when its programs are attached. */
  static async start(options: AgentOptions = {}): Promise<Agent> {
    const owned = options.directory === undefined ? new Temporary() : undefined;
    const directory = options.directory ?? (owned as Temporary);
    const config = { apiVersion: 'netguard/v1', alerts: { resolveAfterMs: 2000 }, ...options.config };
    const args = ['run', '--exit-with-parent', '--listen', '127.0.0.1:0', '--state-dir', directory.join('state')];
    args.push('--config', directory.write('netguard.yaml', config));
    if (options.lab) args.push('--identities', directory.write('identities.yaml', options.lab.identities()));
    const background = new Background(options.command ?? netguardCommand, args, options);
    try {
      const [, url = ''] = await background.says(/"url":"(http:[^"]+)".*is watching/);
      await until('ready', async () => (await httpGet(`${url}/readyz`)).status === 200);
      return new Agent(url, background, owned);
    } catch (error) {
      await background.stop('SIGKILL');
      owned?.[Symbol.dispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.process.pid;
  }

  status(): Promise<StatusResponse> {
    return getJson(`${this.url}/api/v1/status`);
  }

  /** All items of a list, page after page. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query: string = `${path.includes('?') ? '&' : '?'}limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const page: List<T> = await getJson(`${this.url}/api/v1/${path}${query}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** The row of a pod, or undefined while it has none. */
  async pod({ namespace, name }: Pick<Pod, 'namespace' | 'name'>): Promise<PodRow | undefined> {
    return (await this.list<PodRow>(`pods?namespace=${namespace}&pod=${name}`))[0];
  }

  async listener(pod: Pick<Pod, 'namespace' | 'name'>, port: number): Promise<ListenerView | undefined> {
    return (await this.list<ListenerView>(`listeners?namespace=${pod.namespace}&pod=${pod.name}&port=${port}`))[0];
  }

  /** Alerts, open and resolved, whose target is in this pod. */
  async alertsOf({ namespace, name }: Pick<Pod, 'namespace' | 'name'>): Promise<Alert[]> {
    const alerts = await this.list<Alert>(`alerts?namespace=${namespace}`);
    return alerts.filter(({ target }) => target?.pod === name);
  }

  async floodsOf(pod: Pick<Pod, 'namespace' | 'name'>): Promise<Alert[]> {
    return (await this.alertsOf(pod)).filter(({ rule }) => rule === 'syn-flood');
  }

  async metrics(): Promise<string> {
    return (await httpGet(`${this.url}/metrics`)).body;
  }

  stream(types: string, lastEventId?: string): Promise<EventStream> {
    return EventStream.open(this.url, types, lastEventId);
  }

  /** Runs a client command against this agent. */
  cli(args: readonly string[], options?: RunOptions): Promise<Ended> {
    return netguard([...args, '--server', this.url], options);
  }

  stop(signal?: NodeJS.Signals): Promise<{ status: number | NodeJS.Signals; ms: number }> {
    return this.process.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    this.#owned?.[Symbol.dispose]();
  }
}

/** The first alert event of a kind about a pod in what a stream told so far. */
export function heard(stream: EventStream, type: AlertEvent['type'], pod: Pick<Pod, 'namespace' | 'name'>) {
  return stream
    .of<AlertEvent>('alert')
    .find(
      ({ data: { type: found, alert } }) =>
        found === type &&
        alert.rule === 'syn-flood' &&
        alert.target?.pod === pod.name &&
        alert.target.namespace === pod.namespace,
    );
}
