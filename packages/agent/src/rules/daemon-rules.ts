import type { Config } from '../config/schema.ts';
import { type FileWatch, type WatchFileOptions, watchFile } from '../config/watch-file.ts';
import type { Logger } from '../log.ts';
import type { Concerns } from '../policy/daemon-policies.ts';
import { ruleFileNames } from './rule-files.ts';
import { type RuleInputs, readRuleInputs, ruleInputFiles } from './rule-inputs.ts';
import type { RuleSummary } from './rule-summary.ts';

type Settings = Config['rules'];

/** How often a directory of rules is looked at for new files and ones that are gone. */
const LOOK_EVERY_MS = 5000;

/** The rules of a daemon: reads their files, follows changes, and says what became of them. Bad files change nothing. */
export class DaemonRules {
  readonly #concerns: Concerns;
  readonly #logger: Logger;
  readonly #watching: WatchFileOptions;
  #settings: Settings | undefined;
  #watches: FileWatch[] = [];
  #names = '';
  #looking: NodeJS.Timeout | undefined;
  #onChange: (inputs: RuleInputs | undefined) => void = () => {};

  constructor(concerns: Concerns, logger: Logger, watching: WatchFileOptions = {}) {
    this.#concerns = concerns;
    this.#logger = logger;
    this.#watching = watching;
  }

  /** The first rules; later ones go to `onChange`. Throws NG_ERR_RULES_READ when the first cannot be read. */
  start(settings: Settings, onChange: (inputs: RuleInputs | undefined) => void): RuleInputs | undefined {
    const inputs = readRuleInputs(settings);
    this.#onChange = onChange;
    this.#follow(settings);
    return inputs;
  }

  /** Takes another section into use; the same one changes nothing. */
  configure(settings: Settings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#follow(settings);
    this.#reload();
  }

  /** What the worker made of them. */
  compiled(summary: RuleSummary | null): void {
    if (summary === null) return;
    const { loaded, refused, compileMs, engine, refusedBy } = summary;
    const first = refusedBy.map(({ keyword, rules }) => `${keyword} ${rules}`).slice(0, 5);
    this.#logger.info({ loaded, refused, compileMs, engine }, 'rules are in use');
    if (loaded === 0)
      this.#concerns.set('rules', 'No rule of rules.files could be loaded: netguard rules check tells why.');
    else this.#concerns.delete('rules');
    if (refused > 0) {
      this.#logger.warn(
        { refusedBy: first },
        `${refused} rules cannot be honoured and are left out; netguard rules check FILE tells why`,
      );
    }
  }

  close(): void {
    clearInterval(this.#looking);
    for (const watch of this.#watches) watch.close();
    this.#watches = [];
  }

  #follow(settings: Settings): void {
    this.close();
    this.#settings = settings;
    this.#names = this.#namesNow();
    const files = this.#names.split('\0').filter((file) => file !== '');
    this.#watches = files.map((file) => watchFile(file, () => this.#reload(), this.#watching));
    if (settings.files.length > 0) this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** All files in use; those of a directory that cannot be read are as they were. */
  #namesNow(): string {
    if (this.#settings === undefined) return '';
    try {
      return [...ruleFileNames(this.#settings.files), ...ruleInputFiles(this.#settings)].join('\0');
    } catch {
      return this.#names;
    }
  }

  #look(): void {
    if (this.#settings === undefined || this.#namesNow() === this.#names) return;
    this.#follow(this.#settings);
    this.#reload();
  }

  #reload(): void {
    if (this.#settings === undefined) return;
    try {
      this.#onChange(readRuleInputs(this.#settings));
      this.#concerns.delete('rules-read');
    } catch (err) {
      const message = err instanceof Error ? err.message : String(err);
      this.#concerns.set('rules-read', `The changed rules cannot be read, the last good ones are in use: ${message}`);
      this.#logger.error({ err }, 'the changed rules cannot be read, the last good ones are in use');
    }
  }
}
