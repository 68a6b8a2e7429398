import { flashCrowd } from '../../../packages/cli/src/demo/flash-crowd.ts';
import { startPodProcess } from '../../../packages/cli/src/demo/pod-process.ts';
import type { PodSettings } from '../../../packages/cli/src/demo/pod-settings.ts';
import { ports } from '../../../packages/cli/src/demo/pod-settings.ts';
import { type DemoPodSpec, demoPods, demoServices, dnsRecords } from '../../../packages/cli/src/demo/topology.ts';
import type { Pod } from '../../../packages/cli/src/lab/pod.ts';
import type { TwinStage } from '../stage.ts';
import type { Twin } from '../twin.ts';

const CROWD = { rate: 200, addresses: 60 };
/** The demo's pods have namespaces of their own: their alerts are this twin's too. */
export const shopNamespaces: ReadonlySet<string> = new Set(demoPods.map(({ namespace }) => namespace));

/** The demo cluster as it is, and now and then a crowd. */
export const shop: Twin = {
  id: 'shop-crowd',
  what: 'the demo shop: HTTP, DNS, database and cache all the time, and a flash crowd a cycle',
  pods: {},
  hosts: { crowd: CROWD.addresses },
  serve: async (stage) => {
    const { lab } = stage.cluster;
    const pods = await lab.addPods(demoPods);
    for (const service of demoServices()) lab.addService(service);
    const podOf = new Map(demoPods.map((spec, index) => [spec, pods[index] as Pod]));
    const ipOf = (spec: DemoPodSpec) => (podOf.get(spec) as Pod).ip;
    const dns = ipOf(demoPods.find(({ role }) => role === 'coredns') as DemoPodSpec);
    await Promise.all([...podOf].map(([spec, pod]) => startPodProcess(pod, settingsOf(spec, dns, ipOf)).line));
  },
  cycle: async (stage) => {
    const { completed, failed } = await visit(stage);
    stage.work.done += completed;
    stage.work.failed += failed;
  },
};

async function visit(stage: TwinStage) {
  const web = stage.cluster.lab.pods.find(({ workload }) => workload?.name === 'web') as Pod;
  const seconds = Math.min(8, stage.cycleSeconds / 3);
  return flashCrowd(stage.member('crowd'), web.ip, ports.web, { rate: CROWD.rate, seconds });
}

function settingsOf({ role }: DemoPodSpec, dns: string, ipOf: (spec: DemoPodSpec) => string): PodSettings {
  if (role === 'coredns') return { role, records: dnsRecords(ipOf) };
  return role === 'postgres' || role === 'redis' ? { role } : { role, dns };
}
