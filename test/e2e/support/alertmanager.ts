import { Background } from './background.ts';
import { run } from './command.ts';
import { Temporary } from './temporary.ts';

export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** A real Alertmanager (Debian's) on a free port of loopback, which passes on to `webhook` at once. */
export class Alertmanager {
  readonly url: string;
  readonly #process: Background;
  readonly #directory: Temporary;

  private constructor(url: string, background: Background, directory: Temporary) {
    this.url = url;
    this.#process = background;
    this.#directory = directory;
  }

  static async start(webhook: string): Promise<Alertmanager> {
    const directory = new Temporary();
    const config = directory.write('alertmanager.yml', {
      route: { receiver: 'hook', group_by: ['fingerprint'], group_wait: '100ms', group_interval: '200ms' },
      receivers: [{ name: 'hook', webhook_configs: [{ url: webhook, send_resolved: true }] }],
    });
    const args = [`--config.file=${config}`, `--storage.path=${directory.join('data')}`];
    args.push('--web.listen-address=127.0.0.1:0', '--cluster.listen-address=');
    const background = new Background('prometheus-alertmanager', args);
    try {
      const [, address = ''] = await background.says(/Listening on.*address=(127\.0\.0\.1:\d+)/);
      return new Alertmanager(`http://${address}`, background, directory);
    } catch (error) {
      await background.stop('SIGKILL');
      directory[Symbol.dispose]();
      throw error;
    }
  }

  /** What amtool lists: alerts that are active now. */
  async active(): Promise<ListedAlert[]> {
    const { stdout } = await run('amtool', [`--alertmanager.url=${this.url}`, 'alert', 'query', '-o', 'json']);
    return JSON.parse(stdout) as ListedAlert[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
    this.#directory[Symbol.dispose]();
  }
}
