import assert from 'node:assert/strict';
import { Background } from './background.ts';
import { getJson, httpGet } from './http.ts';
import { Temporary } from './temporary.ts';
import { until } from './until.ts';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the number as text. */
  readonly value: readonly [number, string];
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface RuleState {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

export interface ExemplarSeries {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[];
}

interface Answer<T> {
  readonly status: string;
  readonly data: T;
}

/** A real Prometheus with a data directory of its own that scrapes one address each second. It ends with this process at the latest. */
export class Prometheus {
  readonly #url: string;
  readonly #process: Background;
  readonly #directory: Temporary;

  private constructor(url: string, background: Background, directory: Temporary) {
    this.#url = url;
    this.#process = background;
    this.#directory = directory;
  }

  /** @param target `host:port`, scraped as the job `netguard`. Resolves when Prometheus answers. */
  static async start(target: string, ruleFiles: readonly string[]): Promise<Prometheus> {
    const directory = new Temporary();
    const config = directory.write('prometheus.yaml', {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'netguard', honor_labels: true, static_configs: [{ targets: [target] }] }],
    });
    // The end of this process ends it too, however that comes.
    const background = new Background(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${directory.join('data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--enable-feature=exemplar-storage',
      ],
      { prefix: ['setpriv', '--pdeathsig', 'KILL'] },
    );
    try {
      const [, address = ''] = await background.says(/msg="Listening on" address=(127\.0\.0\.1:[1-9]\d*)/);
      const url = `http://${address}`;
      await until('Prometheus to be ready', async () => (await httpGet(`${url}/-/ready`)).status === 200);
      return new Prometheus(url, background, directory);
    } catch (error) {
      await background.stop('SIGKILL');
      directory[Symbol.dispose]();
      throw error;
    }
  }

  /** An instant query now. Fails where Prometheus finds an error in the expression or its evaluation. */
  async query(expression: string): Promise<Series[]> {
    const { result } = await this.#get<{ result: Series[] }>('query', { query: expression });
    return result;
  }

  /** The value of the only series that an expression gives; undefined when it gives none. */
  async value(expression: string): Promise<number | undefined> {
    const found = await this.query(expression);
    assert.ok(found.length <= 1, `${found.length} series: ${expression}`);
    return found[0] && Number(found[0].value[1]);
  }

  /** How often the only target was scraped without error. */
  async scrapes(): Promise<number> {
    return (await this.value('sum_over_time(up{job="netguard"}[1h])')) ?? 0;
  }

  async alerts(): Promise<readonly FiringAlert[]> {
    return (await this.#get<{ alerts: FiringAlert[] }>('alerts')).alerts;
  }

  async rules(): Promise<readonly RuleState[]> {
    const { groups } = await this.#get<{ groups: { rules: RuleState[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  exemplars(selector: string): Promise<readonly ExemplarSeries[]> {
    const now = Date.now() / 1000;
    return this.#get('query_exemplars', { query: selector, start: String(now - 3600), end: String(now + 60) });
  }

  async #get<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const answer = await getJson<Answer<T>>(`${this.#url}/api/v1/${path}?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 'success');
    return answer.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    this.#directory[Symbol.dispose]();
  }
}
