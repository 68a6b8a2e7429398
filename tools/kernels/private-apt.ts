import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';

const MIRROR = process.env.NETGUARD_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LIMIT_MS = 180_000;

/** apt with sources, lists and state of its own for one suite, and no package installed: the system's are left as they are. */
export class PrivateApt {
  readonly #directory: string;
  readonly #suite: string;

  private constructor(directory: string, suite: string) {
    this.#directory = directory;
    this.#suite = suite;
  }

  /** Reads the suite's lists into `directory`. Rejects with what apt said. */
  static async open(directory: string, suite: string): Promise<PrivateApt> {
    for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, 'status'), '');
    writeFileSync(join(directory, 'sources.list'), `deb [signed-by=${KEYRING}] ${MIRROR} ${suite} main\n`);
    const settings = {
      'Dir::State': directory,
      'Dir::State::Lists': join(directory, 'lists'),
      'Dir::State::status': join(directory, 'status'),
      'Dir::Cache': directory,
      'Dir::Etc::sourcelist': join(directory, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      /* The user for whom apt gives its privileges up cannot write here. */
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
    writeFileSync(join(directory, 'apt.conf'), lines.join(''));
    const apt = new PrivateApt(directory, suite);
    await apt.#run('apt-get', ['update', '--quiet']);
    return apt;
  }

  /** A package and all that it depends on, by name. Rejects when the suite does not have it. */
  async dependencies(name: string): Promise<string[]> {
    const text = await this.#run('apt-cache', ['depends', '--recurse', '--important', name]).catch((cause) => {
      throw new Error(`Debian ${this.#suite} has no ${name} at ${MIRROR}`, { cause });
    });
    return text.split('\n').filter((line) => /^[a-z0-9]/.test(line));
  }

  async version(name: string): Promise<string> {
    return /^Version: (.+)$/m.exec(await this.#run('apt-cache', ['show', name]))?.[1] ?? 'unknown';
  }

  /** Leaves the packages' files in `directory`. */
  async download(names: readonly string[], directory: string): Promise<void> {
    await this.#run('apt-get', ['download', '--quiet', ...names], directory);
  }

  #run(program: string, args: readonly string[], cwd = this.#directory): Promise<string> {
    return output(program, args, { cwd, env: { APT_CONFIG: join(this.#directory, 'apt.conf') }, limitMs: LIMIT_MS });
  }
}
