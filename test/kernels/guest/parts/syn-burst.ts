import { FLAG, RawSender } from '../../../kernel/support/raw-segment.ts';
import { listenTcp } from '../../../kernel/support/socket.ts';
import { type Found, type Part, PEER, type Stage } from '../stage.ts';

const SYNS = 500;

/** Handshakes that are never ended, from as many sources that nobody owns. */
export const synBurst: Part = {
  program: 'ng_packet_in',
  what: 'SYNs of a burst that a listener sees',
  async count({ watch, peer }: Stage): Promise<Found[]> {
    const listener = peer.inside(() => listenTcp(PEER.v4));
    const raw = new RawSender();
    for (let n = 0; n < SYNS; n++) {
      const from = `100.64.${n >> 7}.${1 + (n & 127)}`;
      raw.send({ from, to: PEER.v4, sourcePort: 1024 + n, port: listener.local, flags: FLAG.syn, sequence: 1000 + n });
    }
    raw.close();
    watch.source.tick();
    const group = watch.groups.get(`${PEER.v4}:${listener.local}`);
    listener.close();
    const completed = group?.completed ? [`completed handshakes: ${group.completed}`] : [];
    return [{ program: this.program, what: this.what, sent: SYNS, counted: group?.syns ?? 0, differences: completed }];
  },
};
