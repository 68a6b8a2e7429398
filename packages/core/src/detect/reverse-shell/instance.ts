import { isLoopbackAddress } from '../../address.ts';
import type { Finding } from '../../alert/alert.ts';
import { workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import type { ApplicationObservation, ConnectionObservation, Observation } from '../../observation.ts';
import type { UnknownFacts } from '../../payload/facts.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import { conversationKey } from '../conversation-key.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { ReverseShellParameters } from './parameters.ts';
import { shellFinding } from './report.ts';
import { newShell, type Shell, signsOf } from './shell.ts';
import { commandOutput, greeting, shellText, typedCommand } from './shell-text.ts';

const SHELLS = 4096;
/** Text, with some terminal codes. */
const PRINTABLE = 0.8;

export class ReverseShellInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: ReverseShellParameters;
  readonly #learning: Learning;
  readonly #shells = new Lru<string, Shell>(SHELLS, ({ alarmSinceMs }) => !Number.isNaN(alarmSinceMs));
  readonly #alarmed = new Set<Shell>();

  constructor(parameters: ReverseShellParameters, { learning }: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = learning;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'connection') this.#move(observation);
    else if (observation.kind === 'application' && observation.facts.protocol === 'unknown')
      this.#read(observation, observation.facts, who);
  }

  evaluate(nowMs: number): Finding[] {
    const byEnds = new Map<string, Shell[]>();
    for (const shell of this.#alarmed) {
      if (Math.abs(nowMs - shell.lastMs) > this.#parameters.quietMs) {
        shell.alarmSinceMs = Number.NaN;
        this.#alarmed.delete(shell);
        continue;
      }
      const ends = `${shell.localKey}\n${workloadKey(shell.remote)}\n${shell.isOutward}`;
      const known = byEnds.get(ends);
      if (known === undefined) byEnds.set(ends, [shell]);
      else known.push(shell);
    }
    return Array.from(byEnds.values(), (shells) => shellFinding(shells, nowMs, this.#parameters));
  }

  get state(): TableState {
    return { entries: this.#shells.size, capacity: this.#shells.capacity, evicted: this.#shells.evicted };
  }

  #read(observation: ApplicationObservation, facts: UnknownFacts, { local, remote }: Who): void {
    if (observation.transport !== 'TCP' || observation.role === 'unknown' || remote === null) return;
    if (facts.printable < PRINTABLE || facts.bytes.length === 0 || isLoopbackAddress(observation.remote.ip)) return;
    const { timeMs } = observation;
    const key = conversationKey(observation);
    let shell = this.#shells.get(key);
    if (shell === undefined) {
      const isOutward = observation.role === 'client';
      const other = isOutward ? { ...remote, port: observation.remote.port } : remote;
      shell = newShell(local, workloadKey(local), other, isOutward, timeMs);
      const evicted = this.#shells.set(key, shell);
      if (evicted !== undefined) this.#alarmed.delete(evicted);
    }
    shell.lastMs = Math.max(shell.lastMs, timeMs);
    const text = shellText(facts.bytes);
    // The watched end runs the shell, be it reverse or bound: what it sends is prompts and output.
    if (observation.sent) {
      shell.hasText = true;
      shell.greeting ??= greeting(text);
      shell.output ??= commandOutput(text);
    } else {
      shell.hasInput = true;
      shell.command ??= typedCommand(text);
    }
    this.#judge(shell, timeMs);
  }

  #judge(shell: Shell, timeMs: number): void {
    const { signs, form } = signsOf(shell);
    // Called by somebody, a server that answers words with text is what servers are.
    if (form === undefined || signs < this.#parameters.signs || (form === 'commands' && !shell.isOutward)) return;
    shell.form = form;
    this.#alarm(shell, timeMs);
  }

  #move(observation: ConnectionObservation): void {
    if (this.#shells.size === 0) return;
    const { delta, timeMs } = observation;
    if (delta.receivedBytes + delta.sentBytes === 0) return;
    const shell = this.#shells.peek(conversationKey(observation));
    if (shell === undefined) return;
    if (delta.receivedBytes > 0 && timeMs - shell.lastMs >= this.#parameters.pauseMs) {
      shell.turns++;
      shell.turnBytes += delta.receivedBytes;
      shell.turnMs = timeMs;
      if (delta.sentBytes > 0) shell.answers++;
    } else if (delta.sentBytes > 0 && shell.answers < shell.turns) shell.answers = shell.turns;
    shell.lastMs = Math.max(shell.lastMs, timeMs);
    if (!Number.isNaN(shell.alarmSinceMs)) shell.unreported++;
    else if (this.#isTyping(shell)) {
      shell.form = 'typing';
      this.#alarm(shell, timeMs);
    }
  }

  #isTyping(shell: Shell): boolean {
    const { exchanges, commandBytes } = this.#parameters;
    if (!shell.isOutward || !shell.hasInput || !shell.hasText || shell.remote.kind !== 'world') return false;
    if (Math.min(shell.turns, shell.answers) < exchanges || shell.turnBytes > commandBytes * shell.turns) return false;
    return !this.#learning.knows(shell.localKey, peerFact(shell.remote, shell.remote.port ?? 0));
  }

  #alarm(shell: Shell, timeMs: number): void {
    shell.unreported++;
    if (Number.isNaN(shell.alarmSinceMs)) shell.alarmSinceMs = timeMs;
    this.#alarmed.add(shell);
  }
}
