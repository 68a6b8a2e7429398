import {
  type AlertEvent,
  CaptureReader,
  Dissector,
  type Observation,
  type Sighting,
  SightingTracker,
} from '@netguard/core';
import { defaultConfig } from '../../../packages/agent/src/config/schema.ts';
import { loadIdentities } from '../../../packages/agent/src/identify/load-identities.ts';
import { CaptureNames } from '../../../packages/agent/src/replay/capture-names.ts';
import { hubbleLacks } from '../../../packages/agent/src/sources/hubble/hubble-lacks.ts';
import { Detection } from '../../../packages/agent/src/worker/detection.ts';
import { CiliumDouble } from './cilium-double.ts';

/** After the last packet time goes on for so long. */
const AFTER_END_MS = 3000;
const INSIDE: readonly string[] = ['pod', 'node', 'kube-apiserver'];

/** A capture as the double of Cilium would tell of it, through the detectors as they run on Hubble. Gives the alerts that opened. */
export function hubbleReplay(pcap: Uint8Array, identities: string) {
  const config = { ...defaultConfig(), alerts: { ...defaultConfig().alerts, resolveAfterMs: 2000 } };
  const names = new CaptureNames(config, loadIdentities(identities), { networkPolicies: [], accessPolicies: [] });
  const detection = new Detection(config, names.context, hubbleLacks(true));
  const opened: AlertEvent['alert'][] = [];
  let isUrgent = false;
  let told = 0;
  const isInside = (ip: string) => INSIDE.includes(names.context.nameAddress(ip).kind);
  const evaluate = (nowMs: number) => {
    isUrgent = false;
    for (const { type, alert } of detection.evaluate(nowMs)) if (type === 'open') opened.push(structuredClone(alert));
  };
  const observe = (seen: Observation) => {
    if ('local' in seen && !isInside(seen.local.ip)) return;
    if (seen.kind === 'probe' && !isInside(seen.targetIp) && !isInside(seen.sourceIp)) return;
    isUrgent ||= seen.kind === 'syn-source' || ('trigger' in seen && seen.trigger === 'threshold');
    detection.observe(seen, names.who(seen));
  };
  const sightings = new SightingTracker({ limits: detection.kernelLimits(), observe, onTick: evaluate });
  const { tracker } = sightings;
  const advance = (toMs: number) => {
    for (let dueMs = detection.nextDueMs; dueMs <= toMs; ) {
      tracker.advance(dueMs);
      for (const { ip, port } of detection.pendingListeners()) tracker.readListener(ip, port);
      evaluate(dueMs);
      const nextMs = detection.nextDueMs;
      if (nextMs <= dueMs) break;
      dueMs = nextMs;
    }
    tracker.advance(toMs);
  };
  const cilium = new CiliumDouble(isInside, (sighting: Sighting) => {
    told++;
    advance(tracker.timeOf(sighting.timeMs));
    sightings.take(sighting);
    if (isUrgent) evaluate(tracker.nowMs);
  });
  const reader = new CaptureReader();
  reader.push(pcap);
  const dissector = new Dissector();
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    if (dissector.dissect(frame)) cilium.packet(dissector.packet);
  }
  advance(tracker.nowMs + AFTER_END_MS);
  evaluate(tracker.nowMs);
  return { opened, told };
}
