/** What a program of a soak can do, each in a module of `activities/` that is named like its `kind`. */
import type { BulkClient } from './activities/bulk-client.ts';
import type { BulkServer } from './activities/bulk-server.ts';
import type { Churn } from './activities/churn.ts';
import type { DnsClient } from './activities/dns-client.ts';
import type { DnsServer } from './activities/dns-server.ts';
import type { Gossip } from './activities/gossip.ts';
import type { HttpClient } from './activities/http-client.ts';
import type { HttpServer } from './activities/http-server.ts';
import type { IdlePool } from './activities/idle-pool.ts';
import type { Sessions } from './activities/sessions.ts';
import type { TcpServer } from './activities/tcp-server.ts';
import type { UdpSender } from './activities/udp-sender.ts';
import type { UdpSink } from './activities/udp-sink.ts';
import type { UdpStreamClient } from './activities/udp-stream-client.ts';
import type { UdpStreamServer } from './activities/udp-stream-server.ts';

export type Activity =
  | BulkClient
  | BulkServer
  | Churn
  | DnsClient
  | DnsServer
  | Gossip
  | HttpClient
  | HttpServer
  | IdlePool
  | Sessions
  | TcpServer
  | UdpSender
  | UdpSink
  | UdpStreamClient
  | UdpStreamServer;

/** What an activity has done so far: it counts here. */
export interface Work {
  done: number;
  failed: number;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Resolves when it is at work. */
export type Start<A extends Activity> = (activity: A, work: Work) => Promise<void> | void;
