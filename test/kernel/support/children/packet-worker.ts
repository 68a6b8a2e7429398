/** Runs a program on IPv4 packets of protocol after protocol, each in step with the other threads. See total-slots.test.ts. */
import { workerData } from 'node:worker_threads';
import { testRun } from '../../../../packages/libbpf/src/test-run.ts';

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

/** An Ethernet frame with an IPv4 packet of 40 bytes of payload. */
function ipv4Packet(protocol: number): Uint8Array {
  const bytes = new Uint8Array(14 + 20 + 40);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, 60);
  view.setUint8(22, 64);
  view.setUint8(23, protocol);
  bytes.set([10, 244, 0, 2], 26);
  bytes.set([10, 244, 0, 3], 30);
  return bytes;
}
