import type { LackingFacts } from '@netguard/core';

const ALWAYS: LackingFacts = {
  'payload-bytes': 'The source is Hubble, whose flows do not say how many bytes were moved.',
  'packet-counts':
    'The source is Hubble, whose flows tell of what changes a connection and of a sample of its other packets, not of each.',
  application: 'The source is Hubble, whose flows hold no payload.',
  'listener-queues': 'The source is Hubble, whose flows say nothing of the queues of listening sockets.',
};

const WITHOUT_HANDSHAKES: LackingFacts = {
  ...ALWAYS,
  handshakes:
    'The source is Hubble, and Cilium does not tell of the ACK that ends a handshake: set monitor-aggregation-flags to all (bpf.monitorFlags in its chart).',
};

/** What flows of Hubble cannot tell. `tellsHandshakes`: Cilium is set to tell of each TCP flag it sees first, as its chart does. */
export function hubbleLacks(tellsHandshakes: boolean): LackingFacts {
  return tellsHandshakes ? ALWAYS : WITHOUT_HANDSHAKES;
}
