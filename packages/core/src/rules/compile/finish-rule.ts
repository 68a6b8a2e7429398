import type { BufferMatch, BufferSlot, CompiledRule } from '../engine/compiled-rule.ts';
import type { RuleProtocol } from '../header/rule-protocol.ts';
import { refuse } from '../problem.ts';
import type { SignatureMatch } from '../signature-match.ts';
import { DEFAULT_PRIORITY } from './classifications.ts';
import { chooseFastPattern } from './fast-pattern.ts';
import { finishNodes, regexesIn } from './finish-nodes.ts';
import { type RuleHeader, type RulePlace, utf8 } from './rule-compiler.ts';
import type { DraftBuffer, RuleDraft } from './rule-draft.ts';

export interface RuleFrame {
  readonly text: string;
  readonly place: RulePlace;
  readonly protocol: RuleProtocol;
  readonly header: RuleHeader;
  readonly priorityOf: (classType: string) => number | undefined;
  readonly slotOf: (buffer: DraftBuffer) => BufferSlot | undefined;
}

/** A rule whose options were all read, checked as a whole. @throws RuleRefusal */
export function finishRule(draft: RuleDraft, frame: RuleFrame): CompiledRule {
  const signature = signatureOf(draft, frame);
  const used = draft.buffers.filter(({ nodes }) => nodes.length > 0);
  const payload = finishNodes(draft.payload);
  const buffers = used.map<BufferMatch>((buffer) => ({ slot: frame.slotOf(buffer)!, nodes: finishNodes(buffer) }));
  const direction = directionOf(draft, used);
  const isSplit = isSplitOverMessages(buffers);
  return {
    index: -1,
    signature,
    ...frame.header,
    noAlert: draft.noAlert,
    protocol: protocolOf(draft, used, frame.protocol),
    direction,
    established: draft.established,
    payload,
    payloadMode: payloadModeOf(draft, frame.protocol),
    buffers,
    isSplit,
    factTests: draft.factTests,
    checks: draft.checks,
    effects: draft.effects,
    threshold: draft.threshold,
    fastPattern: isSplit ? undefined : chooseFastPattern(draft.payload, used, frame.slotOf),
    rank: rankOf(draft, frame.header.isPass),
    regexes: [payload, ...buffers.map(({ nodes }) => nodes)].flatMap(regexesIn),
    checked: 0,
    matched: 0,
  };
}

function signatureOf(draft: RuleDraft, { text, place, priorityOf }: RuleFrame): SignatureMatch {
  if (draft.sid === undefined) refuse('sid', 'the rule has none');
  const classPriority = draft.classType === '' ? DEFAULT_PRIORITY : priorityOf(draft.classType);
  if (classPriority === undefined) refuse('classtype', `the class ${draft.classType.slice(0, 40)} is not there`);
  return {
    gid: draft.gid,
    sid: draft.sid!,
    rev: draft.rev,
    msg: utf8(draft.msg),
    classType: draft.classType,
    priority: draft.priority ?? classPriority!,
    metadata: draft.metadata,
    references: draft.references,
    ...(draft.target === undefined ? {} : { target: draft.target }),
    text,
    ...place,
  };
}

/** The direction of `flow` and of the buffers, which must agree. */
function directionOf({ direction }: RuleDraft, buffers: readonly DraftBuffer[]): CompiledRule['direction'] {
  let found = direction;
  for (const { definition } of buffers) {
    if (definition === undefined || definition.direction === 'both') continue;
    if (found !== undefined && found !== definition.direction) {
      refuse(definition.name, `it travels ${definition.direction}, the rule is of the other direction`);
    }
    found = definition.direction;
  }
  return found;
}

/** What the header asks for, narrowed by what buffers and keywords are of. */
function protocolOf(draft: RuleDraft, buffers: readonly DraftBuffer[], protocol: RuleProtocol): RuleProtocol {
  let application = protocol.application;
  const narrow = (names: readonly string[], keyword: string): void => {
    const kept = application === undefined ? names : application.filter((name) => names.includes(name));
    if (kept.length === 0) refuse(keyword, `not of ${protocol.name} or of the rule's other buffers`);
    application = kept;
  };
  if (draft.application !== undefined) narrow(draft.application, 'header');
  for (const { definition } of buffers) if (definition !== undefined) narrow(definition.protocols, definition.name);
  return application === undefined ? protocol : { ...protocol, application };
}

/** Packets, the joined stream, or both: as Suricata decides (detect-parse.c, SigValidate). */
function payloadModeOf(draft: RuleDraft, protocol: RuleProtocol): CompiledRule['payloadMode'] {
  if (protocol.payload !== undefined) return protocol.payload;
  if (draft.needsPacket) {
    if (draft.payloadMode === 'stream') refuse('flow', 'only_stream together with the size of a packet');
    return 'packet';
  }
  if (draft.payloadMode !== undefined) return draft.payloadMode;
  const isPlaced = draft.payload.nodes.some(
    (node) => node.kind === 'content' && (node.depth !== undefined || node.offset !== undefined),
  );
  return isPlaced || draft.alsoPacket ? 'both' : 'stream';
}

/** Whether its buffers come in different messages of one transaction: what matched is remembered from one to the next. */
function isSplitOverMessages(buffers: readonly BufferMatch[]): boolean {
  const messages = new Set(buffers.map(({ slot }) => slot.definition.message));
  return messages.size > 1 && !messages.has(undefined);
}

/** Passing first; then what sets bits, what asks for and sets them, and the rest (Suricata's detect-engine-sigorder.c). */
function rankOf({ setsBits, asksBits }: RuleDraft, isPass: boolean): number {
  if (isPass) return 0;
  if (setsBits) return asksBits ? 2 : 1;
  return 3;
}
