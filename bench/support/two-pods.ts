import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';

/** A client and a server pod of a fake cluster on this machine. */
export interface TwoPods extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Pod;
  readonly server: Pod;
}

export async function openTwoPods(): Promise<TwoPods> {
  const lab = await Lab.open();
  try {
    const [client, server] = (await lab.addPods([
      { namespace: 'bench', name: 'client-0', workload: { kind: 'Deployment', name: 'client' } },
      { namespace: 'bench', name: 'server-0', workload: { kind: 'Deployment', name: 'server' } },
    ])) as [Pod, Pod];
    return { lab, client, server, [Symbol.asyncDispose]: () => lab.close() };
  } catch (error) {
    await lab.close();
    throw error;
  }
}
