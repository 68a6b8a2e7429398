import { status } from '@grpc/grpc-js';
import { NetGuardError } from '@netguard/core';
import { probeRelay, type Reach } from './relay-probe.ts';
import type { RelaySettings } from './relay-settings.ts';

/** The part of a gRPC error that matters. */
interface CallError {
  readonly code?: number;
  readonly details?: string;
  readonly message: string;
}

/** Why a call to the relay ended, as an error that says what to do. Looks at the connection where gRPC does not say. */
export async function relayProblem(error: CallError, settings: RelaySettings): Promise<NetGuardError> {
  const cause = new Error(error.details || error.message);
  const phrase = `reading flows from the Hubble relay at ${settings.address}`;
  switch (error.code) {
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return refused(phrase, cause);
    case status.UNIMPLEMENTED:
      return noHubble(phrase, cause);
  }
  const reach = await probeRelay(settings);
  return reachProblem(reach, settings, phrase) ?? answerProblem(error, phrase, cause);
}

/** What `probeRelay` found, as an error; undefined where nothing was wrong on the way. */
export function reachProblem(reach: Reach, settings: RelaySettings, phrase: string): NetGuardError | undefined {
  const { address } = settings;
  switch (reach.kind) {
    case 'unreachable':
      return new NetGuardError('NG_ERR_HUBBLE_UNREACHABLE', phrase, {
        cause: reach.cause,
        hint: `Nothing answers at ${address}: check sources.hubble.address, that the relay runs (kubectl -n kube-system get deploy,svc hubble-relay), and that no NetworkPolicy stands between.`,
      });
    case 'hung-up':
      return clientRefused(reach.cause, settings, phrase);
    case 'tls':
      return tlsProblem(reach.cause, settings, phrase);
    case 'speaks-tls':
      return new NetGuardError('NG_ERR_HUBBLE_TLS', phrase, {
        cause: new Error('the relay speaks TLS, and sources.hubble.insecure says not to'),
        hint: 'Remove sources.hubble.insecure, and set sources.hubble.tlsCaFile and tlsServerName.',
      });
    case 'no-tls':
      return new NetGuardError('NG_ERR_HUBBLE_TLS', phrase, {
        cause: new Error('the other side does not speak TLS'),
        hint: "Cilium's chart serves the relay without TLS unless hubble.relay.tls.server.enabled is set: enable it there, or set sources.hubble.insecure: true.",
      });
    case 'open':
      return undefined;
  }
}

function tlsProblem(cause: Error, settings: RelaySettings, phrase: string): NetGuardError {
  const { tls, host } = settings;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (/alert.*(certificate|unknown.ca|handshake)|CERTIFICATE_REQUIRED/i.test(`${code} ${cause.message}`)) {
    return clientRefused(cause, settings, phrase);
  }
  const hint =
    code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? `The relay's certificate is for another name than ${tls?.serverName ?? host}: set sources.hubble.tlsServerName to one that it has (Cilium's own is for *.hubble-relay.cilium.io, so netguard.hubble-relay.cilium.io).`
      : "The relay's certificate is not trusted: set sources.hubble.tlsCaFile to the certificate that signed it (key ca.crt of the Secret hubble-relay-server-certs).";
  return new NetGuardError('NG_ERR_HUBBLE_TLS', phrase, { cause, hint });
}

function clientRefused(cause: Error, { tls }: RelaySettings, phrase: string): NetGuardError {
  const hint =
    tls?.cert === undefined
      ? 'The relay wants a client certificate (mutual TLS): set sources.hubble.tlsCertFile and tlsKeyFile.'
      : 'The relay does not accept the client certificate of sources.hubble.tlsCertFile: it must be signed by the CA that the relay trusts.';
  return new NetGuardError('NG_ERR_HUBBLE_REFUSED', phrase, { cause, hint });
}

function answerProblem({ code, details = '' }: CallError, phrase: string, cause: Error): NetGuardError {
  if (code === status.UNKNOWN || code === status.INTERNAL || /HTTP|protocol|parse|frame/i.test(details))
    return noHubble(phrase, cause);
  return new NetGuardError('NG_ERR_HUBBLE_STREAM', phrase, {
    cause,
    hint: 'It is tried again by itself. If it goes on, look at the log of the relay (kubectl -n kube-system logs deploy/hubble-relay).',
  });
}

function refused(phrase: string, cause: Error): NetGuardError {
  return new NetGuardError('NG_ERR_HUBBLE_REFUSED', phrase, {
    cause,
    hint: 'The relay, or a proxy before it, wants to know who asks: set sources.hubble.tlsCertFile and tlsKeyFile to a client certificate that it accepts.',
  });
}

function noHubble(phrase: string, cause: Error): NetGuardError {
  return new NetGuardError('NG_ERR_HUBBLE_NO_HUBBLE', phrase, {
    cause,
    hint: 'What answers there is no Hubble relay: sources.hubble.address must be its gRPC port (service hubble-relay), not the one of the UI or of metrics.',
  });
}
