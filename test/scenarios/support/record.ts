import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Lab } from '../../../packages/cli/src/lab/lab.ts';
import { type Named, scenarioFile } from './folders.ts';
import type { Recording } from './recording.ts';
import { cast } from './stage.ts';
import { Tcpdump } from './tcpdump.ts';

const SETTLE_MS = 1500;
const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** Plays a scenario in a lab of its own, without an agent, and writes what its pods sent and received into its folder. */
export async function record(
  named: Named,
  maxPackets: number,
  versions: Recording['versions'],
): Promise<Recording & { readonly bytes: number }> {
  const { id, scenario } = named;
  await using lab = await Lab.open({ ipv6: true });
  const act = (await cast(lab, [named])).get(id);
  assert.ok(act);
  try {
    await scenario.prepare?.(act);
    const recordedAt = new Date().toISOString();
    const tcpdump = await Tcpdump.start(lab, maxPackets);
    await scenario.run(act);
    await sleep(SETTLE_MS);
    const pcap = await tcpdump.stop();
    const packets = countPackets(pcap);
    const roles = Object.keys(scenario.hosts ?? {}).map((role) => [role, act.member(role).ips] as const);
    const hosts = Object.fromEntries(roles);
    const recording = { recordedAt, versions, packets, maxPackets, hosts };
    const packed = gzipSync(pcap, { level: 9 });
    writeFileSync(scenarioFile(id, 'capture.pcap.gz'), packed);
    writeFileSync(scenarioFile(id, 'identities.yaml'), identityFile(lab));
    writeFileSync(scenarioFile(id, 'recording.json'), `${JSON.stringify(recording, null, 2)}\n`);
    return { ...recording, bytes: packed.length };
  } finally {
    act.end();
  }
}

/** Who is who, a pod a line. What a capture does not show (containers, times of start) is left out. */
function identityFile(lab: Lab): string {
  const { apiVersion, kind, pods, nodes } = lab.identities();
  const lines = pods.map(({ uid, namespace, name, workload, labels, ips, node }) =>
    JSON.stringify({ uid, namespace, name, ...(workload && { workload }), labels, ips, node }),
  );
  const list = (name: string, items: readonly string[]) => [`${name}:`, ...items.map((item) => `  - ${item}`)];
  const nodeLines = nodes.map((node) => JSON.stringify(node));
  return [`apiVersion: ${apiVersion}`, `kind: ${kind}`, ...list('pods', lines), ...list('nodes', nodeLines), ''].join(
    '\n',
  );
}

/** Of a pcap file as tcpdump writes it on this machine. */
function countPackets(pcap: Buffer): number {
  const isLittle = pcap.readUInt32LE(0) === 0xa1b2c3d4;
  let packets = 0;
  for (let at = PCAP_HEADER_BYTES; at < pcap.length; packets += 1) {
    at += RECORD_HEADER_BYTES + (isLittle ? pcap.readUInt32LE(at + 8) : pcap.readUInt32BE(at + 8));
  }
  return packets;
}
