import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connection, pod, world } from '../contacts/simulated-contacts.ts';
import type { ConnectionObservation } from '../observation.ts';
import { CONNECTION_CLASSES, connectionClass } from './connection-class.ts';

const ends = { atMs: 1000, from: pod('shop', 'web', '10.0.0.1'), to: world('198.51.100.7'), port: 443 };

function classOf(spec: Partial<Parameters<typeof connection>[0]>, packetsBefore = 0) {
  const seen = connection({ ...ends, ...spec });
  const observation = seen.observation as ConnectionObservation;
  const total = { ...observation.total, receivedPackets: observation.delta.receivedPackets + packetsBefore };
  return CONNECTION_CLASSES[connectionClass({ ...observation, total }, seen.who)];
}

describe('the class of a connection', () => {
  it('says who opened it, to where, and whether it has merely moved', () => {
    const known = { role: 'client', isOutside: true } as const;
    assert.deepEqual(classOf({ close: null, isNew: false }, 1), { ...known, isEstablished: true, isMoved: true });
    // Told of as a request before, and only now answered.
    assert.deepEqual(classOf({ close: null, isNew: false }), { ...known, isEstablished: true, isMoved: false });
    assert.deepEqual(classOf({ close: null }), { ...known, isEstablished: true, isMoved: false });
    assert.deepEqual(classOf({ close: 'fin', isNew: false }, 1), { ...known, isEstablished: true, isMoved: false });
    assert.deepEqual(classOf({ close: 'refused' }), { ...known, isEstablished: false, isMoved: false });
    assert.equal(classOf({ seenBy: 'server', to: pod('shop', 'db', '10.0.0.2') })?.role, 'server');
    assert.equal(classOf({ to: pod('shop', 'db', '10.0.0.2') })?.isOutside, false);
  });
});
