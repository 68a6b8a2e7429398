import type { SinkOf } from '../config/sink-schema.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { ApiError, apiObject } from '../kubernetes/api-request.ts';
import { instant, type RawObject, record, text } from '../kubernetes/raw-object.ts';
import { EventLimits } from './event-limits.ts';
import type { Origin } from './formats.ts';
import {
  type EventSubject,
  eventNews,
  eventSubjects,
  kubernetesEvent,
  type ObjectReference,
  relatedObject,
} from './kubernetes-event.ts';
import type { Notification } from './notification.ts';
import { DeliveryError, type Sink, type SinkSurroundings } from './sink.ts';

/** The API server forgets Events after an hour (kube-apiserver --event-ttl): older news is none. */
const TOO_OLD_MS = 3_600_000;
/** Clocks of nodes and of the API server may be this far apart. */
const CLOCKS_MS = 30_000;
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
/** Of a static pod: what the kubelet calls it, and kubectl looks for. */
const MIRROR = 'kubernetes.io/config.mirror';
const THERE_ALREADY: RawObject = {};

/**
 * Events about the pods of an alert, in their namespaces. What comes too often or too late, and what is about a pod or a namespace
 * that is gone, is left out and counted: an Event is a hint, the alert itself is told elsewhere.
 */
export class KubernetesEventsSink implements Sink {
  readonly maxBatch = 1;
  readonly #node: string;
  readonly #timeoutMs: number;
  readonly #surroundings: SinkSurroundings;
  readonly #limits: EventLimits;

  constructor(settings: SinkOf<'kubernetes-events'>, { node }: Origin, surroundings: SinkSurroundings) {
    this.#node = node;
    this.#timeoutMs = settings.timeoutMs;
    this.#surroundings = surroundings;
    this.#limits = new EventLimits(settings);
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    for (const notification of batch) {
      const news = eventNews(notification);
      if (news === undefined) continue;
      for (const subject of eventSubjects(notification.alert)) {
        const isWritten = await this.#write(notification, news, subject, signal);
        if (!isWritten) this.#surroundings.onLeftOut(1);
      }
    }
  }

  /** False: it was left out. */
  async #write(
    notification: Notification,
    news: NonNullable<ReturnType<typeof eventNews>>,
    { namespace, pod, other }: EventSubject,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { now } = this.#surroundings;
    const key = `${namespace}/${pod}`;
    if (now() - Date.parse(notification.time) > TOO_OLD_MS || !this.#limits.allows(key, now())) return false;
    const beforeMs = Date.parse(notification.alert.lastSeen) + CLOCKS_MS;
    const uid = await this.#podUid(namespace, pod, beforeMs, signal);
    if (uid === undefined) return false;
    const isPod = other?.kind === 'pod' && other.namespace !== undefined && other.pod !== undefined;
    const otherUid = isPod ? await this.#podUid(other.namespace, other.pod, beforeMs, signal) : undefined;
    const regarding: ObjectReference = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod, uid };
    const event = kubernetesEvent(notification, news, regarding, relatedObject(other, otherUid), this.#node);
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const answer = await this.#ask('create on events (apiGroup events.k8s.io)', path, signal, JSON.stringify(event));
    if (answer === undefined) return false;
    if (answer !== THERE_ALREADY) this.#limits.take(key, now());
    return true;
  }

  /** Undefined: it is gone, or another has its name now. */
  async #podUid(namespace: string, pod: string, beforeMs: number, signal: AbortSignal): Promise<string | undefined> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
    const answer = await this.#ask('get on pods (apiGroup "")', path, signal);
    const metadata = record(answer?.metadata);
    const created = instant(metadata.creationTimestamp);
    if (created !== undefined && Date.parse(created) > beforeMs) return undefined;
    return text(record(metadata.annotations)[MIRROR], 64) ?? text(metadata.uid, 64);
  }

  /** Undefined: there is no such object or namespace, or it is about to go. Throws DeliveryError. */
  async #ask(right: string, path: string, signal: AbortSignal, body?: string): Promise<RawObject | undefined> {
    const access = this.#surroundings.apiServer();
    if (access === undefined) throw notFollowed();
    const accept = body === undefined ? METADATA : 'application/json';
    const request = { path, accept, signal, answerMs: this.#timeoutMs };
    try {
      return await apiObject(access, body === undefined ? request : { ...request, body });
    } catch (error) {
      if (!(error instanceof ApiError)) throw unanswered(access, error);
      /* What was under way when an attempt was cut short is there already. */
      if (error.status === 409 && body !== undefined) return THERE_ALREADY;
      if (error.status === 404 || error.causes.includes('NamespaceTerminating')) return undefined;
      if (error.status === 401) access.renew();
      throw refused(access, error, right);
    }
  }
}

function notFollowed(): DeliveryError {
  return new DeliveryError('NG_ERR_SINK_REFUSED', 'writing Events', {
    cause: 'the API server is not followed',
    hint: 'Set kubernetes.enabled or kubernetes.kubeconfig, or remove the sink.',
    final: true,
  });
}

function unanswered({ server }: ApiAccess, cause: unknown): DeliveryError {
  return new DeliveryError('NG_ERR_SINK_ANSWER', `writing Events at ${server.origin}`, { cause: cause as Error });
}

function refused({ server }: ApiAccess, error: ApiError, right: string): DeliveryError {
  const { status, retryAfterMs } = error;
  const isFinal = status >= 400 && status < 500 && ![401, 408, 429].includes(status);
  return new DeliveryError(
    isFinal ? 'NG_ERR_SINK_REFUSED' : 'NG_ERR_SINK_ANSWER',
    `writing Events at ${server.origin}`,
    {
      cause: error,
      final: isFinal,
      retryAfterMs,
      ...(status === 403
        ? { hint: `Allow ${right} in the ClusterRole; the chart does where the sink is in its config.` }
        : {}),
    },
  );
}
