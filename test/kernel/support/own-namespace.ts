import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { check, libc } from './libc.ts';

const CLONE_NEWNET = 0x4000_0000;

/**
 * Moves this thread, and so the children that it starts, into a network namespace of its own whose loopback is up.
 * It goes with the process. Returns its inode: observations are chosen by it, since the hooks see the whole host.
 */
export function enterOwnNamespace(): number {
  check('unshare', libc.unshare(CLONE_NEWNET));
  ip('link set lo up');
  return statSync('/proc/thread-self/ns/net').ino;
}

/** Runs `ip` with words separated by blanks. */
export function ip(words: string): void {
  execFileSync('ip', words.split(' '));
}

/** Adds the network 192.0.2.0/24 in which `silent` has a link-layer address that nobody owns: packets to it vanish. */
export function addSilentPeer(silent: string): void {
  ip('link add sink0 type veth peer name sink1');
  ip('addr add 192.0.2.1/24 dev sink0');
  ip('link set sink0 up');
  ip('link set sink1 up');
  ip(`neigh add ${silent} lladdr 02:00:00:00:00:99 dev sink0 nud permanent`);
}
