import { Lab } from '../lab/lab.ts';
import type { Pod } from '../lab/pod.ts';
import { Demo, type DemoCast } from './demo.ts';
import { type DemoEvent, DemoEvents } from './demo-event.ts';
import { startPodProcess } from './pod-process.ts';
import type { PodSettings } from './pod-settings.ts';
import { requireFloodTool } from './syn-flood.ts';
import { type DemoPodSpec, demoPods, demoServices, dnsRecords } from './topology.ts';

export interface DemoOptions {
  /** Hears all events, those of the start included. */
  readonly onEvent?: (event: DemoEvent) => void;
  /** Ends the demo: the start in progress is given up, a running one is closed. */
  readonly signal?: AbortSignal;
}

/** Addresses from which a flash crowd comes. */
const crowdAddresses = 64;

/**
 * Builds a small shop as a fake cluster on this host, with ordinary traffic (topology.ts), and resolves when all its pods
 * run, a second or two later. Nothing of it outlives this process.
 * @throws NG_ERR_LAB_PRIVILEGE, NG_ERR_LAB_TOOL (also without hping3, for the attack), NG_ERR_LAB_CGROUP,
 * NG_ERR_LAB_NETWORK, NG_ERR_DEMO_POD, or the signal's reason.
 */
export async function startDemo({ onEvent, signal }: DemoOptions = {}): Promise<Demo> {
  signal?.throwIfAborted();
  requireFloodTool();
  const events = new DemoEvents();
  if (onEvent) events.on('event', onEvent);
  const lab = await Lab.open();
  // Closing the lab makes all that waits for a pod end.
  const end = () => void lab.close().catch(() => {});
  signal?.addEventListener('abort', end, { once: true });
  try {
    const demo = new Demo(await populate(lab, events), events);
    signal?.throwIfAborted();
    events.say({ kind: 'ready' });
    return demo;
  } catch (error) {
    await lab.close();
    signal?.throwIfAborted();
    throw error;
  }
}

async function populate(lab: Lab, events: DemoEvents): Promise<DemoCast> {
  const pods = await lab.addPods(demoPods);
  const cast: DemoCast = {
    lab,
    victim: pods[demoPods.findIndex(({ role }) => role === 'web')] as Pod,
    attacker: await lab.addHost('attacker'),
    crowd: await lab.addHost('crowd', { addresses: crowdAddresses }),
  };
  for (const service of demoServices()) lab.addService(service);
  events.say({ kind: 'network-up', pods: pods.length });

  const podOf = new Map(demoPods.map((spec, i) => [spec, pods[i] as Pod]));
  const ipOf = (spec: DemoPodSpec) => (podOf.get(spec) as Pod).ip;
  const dns = ipOf(demoPods.find(({ role }) => role === 'coredns') as DemoPodSpec);
  await Promise.all([...podOf].map(([spec, pod]) => startPod(pod, settingsOf(spec, dns, ipOf), lab, events)));
  return cast;
}

function settingsOf({ role }: DemoPodSpec, dns: string, ipOf: (spec: DemoPodSpec) => string): PodSettings {
  if (role === 'coredns') return { role, records: dnsRecords(ipOf) };
  return role === 'postgres' || role === 'redis' ? { role } : { role, dns };
}

async function startPod(pod: Pod, settings: PodSettings, lab: Lab, events: DemoEvents): Promise<void> {
  const { namespace, name } = pod;
  const { line, exit } = startPodProcess(pod, settings);
  void exit.then((reason) => {
    if (!lab.closed) events.say({ kind: 'pod-exited', namespace, pod: name, reason });
  });
  await line;
  events.say({ kind: 'pod-ready', namespace, pod: name });
}
