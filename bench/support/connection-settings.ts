/** One end of the connections that connection-program.ts makes: where its sockets are to be. */
export interface End {
  readonly netnsPath: string;
  readonly cgroupPath: string;
  readonly ip: string;
}

/** What connection-program.ts is to do, given as JSON in its only argument. Both ends are in its one process. */
export interface ConnectionSettings {
  readonly server: End;
  readonly client: End;
  /** Ports it listens on: each gives another 28,000 pairs of ports. */
  readonly firstPort: number;
  readonly ports: number;
  readonly task:
    | { readonly kind: 'rate'; readonly perSecond: number; readonly seconds: number }
    | { readonly kind: 'hold'; readonly count: number };
}

/** Its last line after a `rate` task. */
export interface RateResult {
  readonly connections: number;
  readonly seconds: number;
  /** Processor time of the program and of the packets handled in its name. */
  readonly cpuSeconds: number;
}
