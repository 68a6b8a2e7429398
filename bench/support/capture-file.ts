import { closeSync, openSync, writeSync } from 'node:fs';
import { SYN, TCP, UDP } from '../../packages/core/src/capture/packet.ts';
import { ethernet, ipv4, tcp, udp } from '../../packages/core/src/capture/testing/packets.ts';
import { pcapHeader, pcapRecord, type WrittenFrame } from '../../packages/core/src/capture/testing/pcap-writer.ts';
import { Talk } from '../../packages/core/src/capture/testing/talk.ts';

const START_MS = 1_700_000_000_000;
const SERVERS = 20;
const CLIENTS = 200;

/** Writes a capture batch by batch, until it has `packets` packets. Returns its size in bytes. */
function write(path: string, packets: number, batch: (nth: number) => WrittenFrame[]): number {
  const file = openSync(path, 'w');
  let bytes = writeSync(file, pcapHeader());
  try {
    for (let nth = 0, written = 0; written < packets; nth++) {
      for (const frame of batch(nth)) {
        if (written++ === packets) break;
        bytes += writeSync(file, pcapRecord(frame));
      }
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** Ordinary traffic: requests over connections of their own with answers of 6 segments, and a DNS question for each, 500 a second. */
export function writeOrdinaryCapture(path: string, packets: number): number {
  return write(path, packets, (nth) => {
    const timeMs = START_MS + nth * 2;
    const client = `10.1.${(nth % CLIENTS) >> 6}.${1 + (nth % 64)}`;
    const clientPort = 20_000 + (nth % 40_000);
    const server = `10.2.0.${1 + (nth % SERVERS)}`;
    const question = ethernet(ipv4(client, '10.0.0.53', udp(clientPort, 53, 40), { protocol: UDP }));
    const answer = ethernet(ipv4('10.0.0.53', client, udp(53, clientPort, 120), { protocol: UDP }));
    const talk = new Talk({ client, clientPort, server, serverPort: 8080 }, timeMs, 0.05).open().data(0, 200);
    for (let part = 0; part < 6; part++) talk.data(1, 600);
    talk.ack(0).close();
    return [{ timeMs, bytes: question }, { timeMs, bytes: answer }, ...talk.frames];
  });
}

/** SYNs from invented sources, each seen once, 20,000 a second. */
export function writeFloodCapture(path: string, packets: number): number {
  return write(path, packets, (nth) => {
    const number = Math.imul(nth + 1, 0x9e3779b1) >>> 0;
    const source = `${1 + ((number >>> 24) % 126)}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
    const syn = tcp({ sourcePort: 1024 + (nth % 60_000), targetPort: 443, flags: SYN, sequence: number });
    return [{ timeMs: START_MS + nth / 20, bytes: ethernet(ipv4(source, '10.2.0.1', syn, { protocol: TCP })) }];
  });
}
