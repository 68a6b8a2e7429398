import type { Endpoint, Flow } from '@netguard/core';
import { formatDuration } from '../text/duration.ts';
import { joinHostPort, nameText } from '../text/endpoint-text.ts';
import { formatBytes, formatCount } from '../text/quantity.ts';

/** Hubble writes an address that has no name with its kind behind it: `203.0.113.7:443 (world)`. */
export function hostText(endpoint: Endpoint, options: { readonly numeric: boolean }): string {
  if (options.numeric) return joinHostPort(endpoint.ip, endpoint.port);
  const name = joinHostPort(nameText(endpoint), endpoint.port);
  const named = endpoint.pod ?? endpoint.service ?? endpoint.container ?? endpoint.process;
  return named === undefined ? `${name} (${endpoint.kind})` : name;
}

/** What became of the connection in a few words, request before response: Hubble's `Summary`. */
export function summary(flow: Flow): string {
  const parts = [flow.protocol === 'TCP' ? `TCP ${outcome(flow)}` : `${flow.protocol} ${packets(flow)}`];
  if (flow.requestBytes > 0 || flow.responseBytes > 0) {
    parts.push(`${formatBytes(flow.requestBytes)} out, ${formatBytes(flow.responseBytes)} back`);
  }
  parts.push(formatDuration(flow.durationMs));
  if (flow.retransmits > 0) parts.push(`${formatCount(flow.retransmits)} retransmitted`);
  return parts.join('; ');
}

function outcome(flow: Flow): string {
  if (flow.state === 'live') return 'open';
  switch (flow.closeReason) {
    case 'fin':
      return 'closed';
    case 'reset-sent':
    case 'reset-received':
      return 'reset';
    case 'gave-up':
      return 'given up';
    case undefined:
    case 'unknown':
    case 'none':
      return flow.result === 'established' || flow.result === undefined ? 'closed' : flow.result;
    default:
      return flow.closeReason;
  }
}

function packets(flow: Flow): string {
  return `${formatCount(flow.requestPackets)}/${formatCount(flow.responsePackets)} packets`;
}

/** The word in Hubble's TYPE column: here which end told of the connection. */
export function typeText(flow: Flow): string {
  return flow.trafficDirection === 'INGRESS' ? 'to-endpoint' : 'from-endpoint';
}
