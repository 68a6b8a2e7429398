import { parseAddress } from '../../address.ts';
import type { Inspection } from '../inspection.ts';
import { RULE_RUN_LIMITS } from '../limits.ts';
import type { ContentRun } from '../match/content-run.ts';
import type { BufferReader } from './buffer-reader.ts';
import type { BufferMatch, CompiledRule } from './compiled-rule.ts';

/** Which way a rule matched: what is told once a conversation is told of the stream, not of packets. */
export type MatchKind = 'packet' | 'stream' | 'transaction' | 'header';

/** Whether what a rule says of protocol, addresses, ports, direction and state of the conversation fits. */
export function fitsHeader(rule: CompiledRule, inspection: Inspection): boolean {
  const { protocol, direction } = rule;
  if (protocol.transport !== undefined && protocol.transport !== inspection.transport) return false;
  if (direction !== undefined && inspection.toServer !== undefined) {
    if (inspection.toServer !== (direction === 'to-server')) return false;
  }
  if (rule.established !== undefined && rule.established !== isEstablished(inspection)) return false;
  if (protocol.application !== undefined && !protocol.application.some((name) => inspection.protocols.has(name))) {
    return false;
  }
  const { source, destination } = inspection;
  if (!fitsEnds(rule, source, destination) && !(rule.isBothWays && fitsEnds(rule, destination, source))) return false;
  return protocol.family === undefined || familyOf(source.ip) === protocol.family;
}

function fitsEnds(rule: CompiledRule, source: Inspection['source'], destination: Inspection['source']): boolean {
  return (
    rule.destinationPorts.has(destination.port) &&
    rule.sourcePorts.has(source.port) &&
    rule.destination.has(destination.ip) &&
    rule.source.has(source.ip)
  );
}

/** A datagram that answers makes its conversation established, as in Suricata. */
function isEstablished({ established, transport, toServer }: Inspection): boolean {
  return established || (transport === 'UDP' && toServer === false);
}

function familyOf(ip: string): 4 | 6 | undefined {
  if (ip.includes(':')) return 6;
  return parseAddress(ip) === undefined ? undefined : 4;
}

/** Whether the payload and the buffers of a rule match, and which way; undefined when not. */
export function matchKind(
  rule: CompiledRule,
  inspection: Inspection,
  reader: BufferReader,
  run: ContentRun,
): MatchKind | undefined {
  const needsFacts = rule.buffers.length > 0 || rule.factTests.length > 0;
  if (needsFacts) {
    const matches = rule.isSplit
      ? matchesOverMessages(rule, inspection, reader, run)
      : matchesFacts(rule, inspection, reader, run);
    if (!matches) return undefined;
    if (rule.payload.length === 0) return 'transaction';
  }
  if (rule.payload.length === 0) return rule.payloadMode === 'packet' ? 'packet' : 'header';
  const kind = payloadKind(rule, inspection, run);
  return kind !== undefined && needsFacts ? 'transaction' : kind;
}

function payloadKind(rule: CompiledRule, inspection: Inspection, run: ContentRun): MatchKind | undefined {
  if (inspection.transport === 'UDP') return run.matches(rule.payload, inspection.payload) ? 'packet' : undefined;
  if (rule.payloadMode !== 'packet' && inspection.memory.matched?.has(rule.signature.sid) !== true) {
    if (run.matches(rule.payload, inspection.stream)) return 'stream';
  }
  if (rule.payloadMode === 'stream') return undefined;
  return run.matches(rule.payload, inspection.payload) ? 'packet' : undefined;
}

/** All buffers and tests match in the same facts: one transaction, one direction of it. One that was told is passed over. */
function matchesFacts(rule: CompiledRule, inspection: Inspection, reader: BufferReader, run: ContentRun): boolean {
  const { facts } = inspection;
  for (let index = 0; index < facts.length; index++) {
    const fact = facts[index]!;
    if (rule.factTests.some((test) => !test.test(fact)) || isTold(rule, inspection, index)) continue;
    if (!rule.buffers.every((buffer) => matchesBuffer(buffer, index, reader, run))) continue;
    run.factIndex = index;
    return true;
  }
  return false;
}

/** A message that is looked at again, with more of its bytes, was told already. */
function isTold({ signature }: CompiledRule, { memory, toServer }: Inspection, index: number): boolean {
  const told = toServer === true ? memory.toldToServer : memory.toldToClient;
  return told?.has(factKey(signature.sid, index)) === true;
}

/** Remembers that the message the rule matched in was told. */
export function rememberTold({ signature }: CompiledRule, { memory, toServer }: Inspection, index: number): void {
  if (toServer === true) {
    memory.toldToServer ??= new Set();
    memory.toldToServer.add(factKey(signature.sid, index));
  } else {
    memory.toldToClient ??= new Set();
    memory.toldToClient.add(factKey(signature.sid, index));
  }
}

/** Joined bytes begin anew: its messages are others. */
export function forgetTold({ memory, toServer, offset }: Inspection): void {
  if (offset > 0) return;
  if (toServer === true) memory.toldToServer?.clear();
  else memory.toldToClient?.clear();
}

/** Facts of one look; further ones are told as if they were the last of these. */
const MOST_FACTS = 256;

function factKey(sid: number, index: number): number {
  return sid * MOST_FACTS + Math.min(index, MOST_FACTS - 1);
}

function matchesBuffer({ slot, nodes }: BufferMatch, index: number, reader: BufferReader, run: ContentRun): boolean {
  for (const bytes of reader.read(slot, index)) if (run.matches(nodes, bytes)) return true;
  return false;
}

/** Buffers of several messages of a conversation that is one transaction: each may match when its message comes. */
function matchesOverMessages(
  rule: CompiledRule,
  inspection: Inspection,
  reader: BufferReader,
  run: ContentRun,
): boolean {
  const { memory, facts } = inspection;
  const known = memory.partial?.get(rule.signature.sid) ?? 0;
  let mask = known;
  for (const [position, buffer] of rule.buffers.entries()) {
    if (facts.some((_, index) => matchesBuffer(buffer, index, reader, run))) mask |= 1 << position;
  }
  const isWhole = mask === 2 ** rule.buffers.length - 1 && mask !== known;
  if (mask !== known) {
    memory.partial ??= new Map();
    if (memory.partial.has(rule.signature.sid) || memory.partial.size < RULE_RUN_LIMITS.partial) {
      memory.partial.set(rule.signature.sid, mask);
    }
  }
  return isWhole && rule.factTests.every(({ test }) => facts.some((fact) => test(fact)));
}
