/** What one side of a talk says that it sent and received: the application's own count. */
export interface Talk {
  readonly tcp: { sent: number; received: number };
  readonly udp: { sent: number; received: number };
  readonly datagrams: { sent: number; received: number };
  connections: number;
  /** What went wrong with the traffic itself. */
  readonly faults: string[];
}

export function noTalk(): Talk {
  const none = () => ({ sent: 0, received: 0 });
  return { tcp: none(), udp: none(), datagrams: none(), connections: 0, faults: [] };
}
