/** Runs a program on IPv4 packets of protocol after protocol, each in step with the other threads. See total-slots.test.ts. */
import { workerData } from 'node:worker_threads';
import { testRun } from '../../../../packages/libbpf/src/test-run.ts';
import { ipv4Packet } from '../ipv4-packet.ts';

export interface PacketWork {
  /** Descriptor of the program. */
  readonly fd: number;
  readonly protocols: readonly number[];
  readonly packets: number;
  readonly threads: number;
  /** Int32: threads that have come to each protocol. */
  readonly arrived: SharedArrayBuffer;
}

const { fd, protocols, packets, threads, arrived } = workerData as PacketWork;
const gates = new Int32Array(arrived);
protocols.forEach((protocol, n) => {
  const data = ipv4Packet(protocol);
  Atomics.add(gates, n, 1);
  while (Atomics.load(gates, n) < threads);
  for (let i = 0; i < packets; i++) testRun(fd, 'packet', { data });
});
