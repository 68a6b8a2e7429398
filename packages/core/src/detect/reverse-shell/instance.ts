import { isLoopbackAddress } from '../../address.ts';
import type { Finding } from '../../alert/alert.ts';
import { workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import type { ApplicationObservation, ConnectionObservation, Observation } from '../../observation.ts';
import type { UnknownFacts } from '../../payload/facts.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext, NameAddress } from '../context.ts';
import { conversationKey } from '../conversation-key.ts';
import { conversationSides, isStranger } from '../conversation-sides.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { ReverseShellParameters } from './parameters.ts';
import { shellFinding } from './report.ts';
import { Shell, type ShellForm, shellSigns } from './shell.ts';
import { shellText } from './shell-text.ts';

const SHELLS = 4096;
/** Text, with some terminal codes. */
const PRINTABLE = 0.8;
/** Whose servers have prompts by trade. */
const TELNET = 23;

export class ReverseShellInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: ReverseShellParameters;
  readonly #learning: Learning;
  readonly #nameAddress: NameAddress;
  readonly #shells = new Lru<string, Shell>(SHELLS, ({ isAlarmed }) => isAlarmed);
  readonly #alarmed = new Set<Shell>();

  constructor(parameters: ReverseShellParameters, { learning, nameAddress }: DetectorContext) {
    this.#parameters = parameters;
    this.#nameAddress = nameAddress;
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
      const ends = `${shell.clientKey}\n${workloadKey(shell.server)}\n${shell.isReverse}`;
      const known = byEnds.get(ends);
      if (known === undefined) byEnds.set(ends, [shell]);
      else known.push(shell);
    }
    return Array.from(byEnds.values(), (shells) => shellFinding(shells, nowMs, this.#parameters));
  }

  get state(): TableState {
    return { entries: this.#shells.size, capacity: this.#shells.capacity, evicted: this.#shells.evicted };
  }

  #read(observation: ApplicationObservation, facts: UnknownFacts, who: Who): void {
    if (observation.transport !== 'TCP' || facts.printable < PRINTABLE || facts.bytes.length === 0) return;
    const sides = conversationSides(observation, who, this.#nameAddress);
    if (sides === undefined || isLoopbackAddress(sides.server.ip)) return;
    const { timeMs } = observation;
    const key = conversationKey(observation);
    let shell = this.#shells.get(key);
    if (shell === undefined) {
      shell = new Shell(sides.client, workloadKey(sides.client), sides.server, timeMs);
      const evicted = this.#shells.set(key, shell);
      if (evicted !== undefined) this.#alarmed.delete(evicted);
    }
    shell.lastMs = Math.max(shell.lastMs, timeMs);
    (sides.byClient ? shell.byClient : shell.byServer).add(shellText(facts.bytes));
    this.#judge(shell, observation.role === 'server' && isStranger(sides.client), timeMs);
  }

  /** `isCalled`: a stranger called, so it is no end of ours that was made to call out. */
  #judge(shell: Shell, isCalled: boolean, timeMs: number): void {
    const { byClient, byServer } = shell;
    const reverse = shellSigns(byClient, byServer);
    const bound = shellSigns(byServer, byClient);
    const { signs } = this.#parameters;
    if (!isCalled && reverse.form !== undefined && reverse.signs >= signs) {
      this.#tell(shell, true, reverse.form, timeMs);
    } else if (bound.form !== undefined && bound.form !== 'commands' && bound.signs >= signs) {
      // A server that answers words with text is what servers are, and one of the world is not ours.
      if (shell.server.kind !== 'world' && shell.server.port !== TELNET) this.#tell(shell, false, bound.form, timeMs);
    }
  }

  #tell(shell: Shell, isReverse: boolean, form: ShellForm, timeMs: number): void {
    shell.isReverse = isReverse;
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
      if (delta.sentBytes > 0) shell.answers++;
    } else if (delta.sentBytes > 0 && shell.answers < shell.turns) shell.answers = shell.turns;
    shell.lastMs = Math.max(shell.lastMs, timeMs);
    if (shell.isAlarmed) shell.unreported++;
    else if (this.#isTyping(shell)) {
      shell.form = 'typing';
      this.#alarm(shell, timeMs);
    }
  }

  #isTyping(shell: Shell): boolean {
    const { exchanges, commandBytes } = this.#parameters;
    if (!shell.byClient.isThere || !shell.byServer.isThere || shell.server.kind !== 'world') return false;
    if (Math.min(shell.turns, shell.answers) < exchanges || shell.turnBytes > commandBytes * shell.turns) return false;
    return !this.#learning.knows(shell.clientKey, peerFact(shell.server, shell.server.port ?? 0));
  }

  #alarm(shell: Shell, timeMs: number): void {
    shell.unreported++;
    if (!shell.isAlarmed) shell.alarmSinceMs = timeMs;
    this.#alarmed.add(shell);
  }
}
