import { amplification } from './amplification/amplification.ts';
import { beacon } from './beacon/beacon.ts';
import { bruteForce } from './brute-force/brute-force.ts';
import { connectionFlood } from './connection-flood/connection-flood.ts';
import { cryptoMining } from './crypto-mining/crypto-mining.ts';
import type { Detector } from './detector.ts';
import { dga } from './dga/dga.ts';
import { dnsTunnel } from './dns-tunnel/dns-tunnel.ts';
import { exfiltration } from './exfiltration/exfiltration.ts';
import { hostSweep } from './host-sweep/host-sweep.ts';
import { icmpFlood } from './icmp-flood/icmp-flood.ts';
import { listenerOverload } from './listener-overload/listener-overload.ts';
import { newEdge } from './new-edge/new-edge.ts';
import { policyViolation } from './policy-violation/policy-violation.ts';
import { portScan } from './port-scan/port-scan.ts';
import { program } from './program/program.ts';
import { protocolAnomaly } from './protocol-anomaly/protocol-anomaly.ts';
import { reverseShell } from './reverse-shell/reverse-shell.ts';
import { sensitiveEndpoint } from './sensitive-endpoint/sensitive-endpoint.ts';
import { signature } from './signature/signature.ts';
import { slowScan } from './slow-scan/slow-scan.ts';
import { synFlood } from './syn-flood/syn-flood.ts';
import { targetDown } from './target-down/target-down.ts';
import { threatIntel } from './threat-intel/threat-intel.ts';
import { udpFlood } from './udp-flood/udp-flood.ts';
import { volumeSurge } from './volume-surge/volume-surge.ts';
import { wormPropagation } from './worm-propagation/worm-propagation.ts';

/** All detectors, each with a page docs/detectors/<id>.md; the contract suite runs over this list. */
export const detectors: readonly Detector[] = [
  synFlood,
  listenerOverload,
  portScan,
  hostSweep,
  slowScan,
  targetDown,
  udpFlood,
  icmpFlood,
  amplification,
  connectionFlood,
  beacon,
  volumeSurge,
  bruteForce,
  policyViolation,
  sensitiveEndpoint,
  newEdge,
  exfiltration,
  signature,
  threatIntel,
  wormPropagation,
  dnsTunnel,
  dga,
  cryptoMining,
  reverseShell,
  protocolAnomaly,
  program,
];
