import type { IdentityFile } from '../identify/identity-file.ts';
import { IdentityStore } from '../identify/identity-store.ts';
import { IdentityDesk } from '../state/identity-desk.ts';
import { Inventory } from '../worker/inventory.ts';
import { FakeWorker, obedient, type Script } from './fake-worker.ts';

/** Both ends of asking for names: a desk whose questions a store answers, over the border of a thread. */
export function deskOver(store: IdentityStore): IdentityDesk {
  const desk: IdentityDesk = new IdentityDesk((id) => {
    inventory.ask(id);
    while (inventory.isAsked) inventory.advance();
  });
  const inventory = new Inventory(store, (answer) => setImmediate(() => desk.receive(structuredClone(answer))));
  return desk;
}

/** The same for what one file says. */
export function deskOf(identities: IdentityFile | null): IdentityDesk {
  const store = new IdentityStore();
  store.replaceFile(identities);
  return deskOver(store);
}

/** A Worker that keeps names as the real one does, and nothing else. */
export function namingWorker(): FakeWorker {
  const store = new IdentityStore();
  const script: Script = (worker, message) => {
    obedient(worker, message);
    if (message.type === 'start') store.replaceFile(message.identities);
    if (message.type === 'identities') store.replaceFile(message.identities);
    if (message.type === 'identity-delta') store.apply(message.delta);
    if (message.type !== 'list-identities') return;
    const inventory = new Inventory(store, (answer) => worker.say(answer));
    inventory.ask(message.id);
    while (inventory.isAsked) inventory.advance();
  };
  return new FakeWorker(script);
}
