import { mkdirSync } from 'node:fs';
import { Background } from './background.ts';
import { type Ended, run } from './command.ts';
import type { Temporary } from './temporary.ts';
import { until } from './until.ts';

/** A containerd with a store and a socket of its own, as a kubelet uses one: images in the namespace `k8s.io`. */
export class Containerd {
  readonly #process: Background;
  readonly #address: string;

  private constructor(background: Background, address: string) {
    this.#process = background;
    this.#address = address;
  }

  static async start(directory: Temporary): Promise<Containerd> {
    mkdirSync(directory.join('containerd'));
    const address = directory.join('containerd/socket');
    const configuration = [
      'version = 2',
      `root = "${directory.join('containerd/root')}"`,
      `state = "${directory.join('containerd/state')}"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
      '[grpc]',
      `address = "${address}"`,
    ];
    const file = directory.write('containerd/config.toml', `${configuration.join('\n')}\n`);
    const containerd = new Containerd(new Background('containerd', ['--config', file]), address);
    await until('containerd answers', async () => (await containerd.ctr(['version'])).code === 0);
    return containerd;
  }

  ctr(args: readonly string[]): Promise<Ended> {
    return run('ctr', ['--address', this.#address, '--namespace', 'k8s.io', ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
