import { closeSync, openSync, statSync } from 'node:fs';
import { Background, output } from './command.ts';
import { check, libc } from './libc.ts';
import { ip } from './own-namespace.ts';

/** A second network namespace, linked to this one: here `eth0` 198.51.100.1, there `eth0` 198.51.100.2. Goes with its owner. */
export class PeerNamespace implements AsyncDisposable {
  readonly netns: number;
  readonly #holder: Background;

  private constructor(holder: Background) {
    this.#holder = holder;
    this.netns = statSync(`/proc/${holder.pid}/ns/net`).ino;
  }

  static async open(): Promise<PeerNamespace> {
    const holder = new Background('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && read -r end']);
    await holder.line();
    const peer = new PeerNamespace(holder);
    ip(`link add eth0 type veth peer name eth0 netns ${holder.pid}`);
    ip('addr add 198.51.100.1/24 dev eth0');
    ip('link set eth0 up');
    await peer.run('sh', [
      '-c',
      'ip addr add 198.51.100.2/24 dev eth0 && ip link set eth0 up && ip route add default via 198.51.100.1' +
        // A host that forwards hands that on to new namespaces: what is sent to nobody would come back.
        ' && echo 0 > /proc/sys/net/ipv4/ip_forward',
    ]);
    return peer;
  }

  get path(): string {
    return `/proc/${this.#holder.pid}/ns/net`;
  }

  /** Calls `make` with this thread in that namespace: sockets that it makes belong there. */
  inside<T>(make: () => T): T {
    const own = openSync('/proc/thread-self/ns/net', 'r');
    const other = openSync(this.path, 'r');
    try {
      check('setns', libc.setns(other, 0));
      return make();
    } finally {
      check('setns', libc.setns(own, 0));
      closeSync(own);
      closeSync(other);
    }
  }

  /** Runs a program there to its end. */
  run(command: string, args: readonly string[], limitMs?: number): Promise<string> {
    return output('nsenter', [`--net=${this.path}`, '--', command, ...args], limitMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    ip('link del eth0');
    await this.#holder.end();
  }
}
