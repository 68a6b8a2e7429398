import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pod } from './flood-observations.ts';
import { OwnSenders } from './own-senders.ts';

const shell = pod('10.1.1.1', 'dev', 'shell');
const other = pod('10.1.1.2', 'dev', 'other');

describe('own senders', () => {
  it('are behind a flood of their target when they send most of it', () => {
    const senders = new OwnSenders();
    senders.add(other, 'web', 4000);
    senders.add(shell, 'web', 90_000);
    assert.equal(senders.behind('web', 100_000), shell);
    assert.equal(senders.behind('web', 500_000), undefined);
    assert.equal(senders.behind('db', 100_000), undefined);
  });

  it('never are the node as a whole', () => {
    const senders = new OwnSenders();
    senders.add({ ip: '10.0.0.7', kind: 'node' }, 'web', 90_000);
    assert.equal(senders.behind('web', 100_000), undefined);
  });

  it('are known by their rate alone when nobody else comes into question', () => {
    const senders = new OwnSenders();
    senders.add(shell, undefined, 90_000);
    assert.equal(senders.behind('web', 100_000), shell);
    assert.equal(senders.behind('web', 10_000), undefined);
    senders.add(other, undefined, 110_000);
    assert.equal(senders.behind('web', 100_000), undefined);
  });
});
