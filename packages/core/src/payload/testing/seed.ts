/** A message that a parser of the list knows, by the name of that parser: what tests begin with and fuzzing mutates. */
export interface Seed {
  readonly parser: string;
  readonly transport: 'TCP' | 'UDP';
  readonly toServer: boolean;
  readonly bytes: Uint8Array;
}

/** Messages of a client and of a server. */
export function both(
  parser: string,
  transport: Seed['transport'],
  client: readonly Uint8Array[],
  server: readonly Uint8Array[],
): Seed[] {
  return [
    ...client.map((bytes) => ({ parser, transport, toServer: true, bytes })),
    ...server.map((bytes) => ({ parser, transport, toServer: false, bytes })),
  ];
}
