import { mkdirSync } from 'node:fs';
import { Background } from './background.ts';
import { type Ended, run } from './command.ts';
import { removeCgroups } from './own-cgroups.ts';
import type { Temporary } from './temporary.ts';

/**
 * podman with a store, locks and cgroups of its own, so that nothing of it is shared with the machine's or another run's, and
 * nothing is left. runc, because crun refuses the hybrid cgroup layout.
 */
export class Podman {
  readonly #options: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #cgroups = `netguard-image-${process.pid}`;
  readonly #names: string[] = [];

  constructor(directory: Temporary) {
    mkdirSync(directory.join('podman'));
    const configuration = [
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "none"',
      'lock_type = "file"',
      'runtime = "runc"',
      `tmp_dir = "${directory.join('podman/tmp')}"`,
    ];
    this.#options = [
      '--root',
      directory.join('podman/root'),
      '--runroot',
      directory.join('podman/run'),
      '--storage-driver=overlay',
    ];
    this.#env = {
      CONTAINERS_CONF: directory.write('podman/containers.conf', `${configuration.join('\n')}\n`),
      PODMAN_IGNORE_CGROUPSV1_WARNING: '1',
      TMPDIR: directory.path,
    };
  }

  run(args: readonly string[]): Promise<Ended> {
    return run('podman', [...this.#options, ...args], { env: this.#env, timeoutMs: 120_000 });
  }

  /** Runs a container in the foreground: signals reach it, its words and its end come back. It ends after two minutes at the latest. */
  start(name: string, options: readonly string[], image: string, command: readonly string[]): Background {
    this.#names.push(name);
    const args = ['run', '--rm', `--name=${name}`, '--timeout=120', `--cgroup-parent=/${this.#cgroups}`, ...options];
    return new Background('podman', [...this.#options, ...args, image, ...command], { env: this.#env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#names.length > 0) await this.run(['rm', '--force', '--ignore', '--time=0', ...this.#names]);
    await this.run(['rmi', '--all', '--force']);
    removeCgroups(this.#cgroups);
  }
}
