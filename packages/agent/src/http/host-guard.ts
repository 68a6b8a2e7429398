import { isIPv4 } from 'node:net';

/** `localhost`, 127.0.0.0/8 or ::1, as an address to listen on or as a host name in a URL. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * Whether a request's Host header may reach a server on loopback. A page of another site can make a browser send requests
 * here under a name of its own that resolves to 127.0.0.1 (DNS rebinding); the Host header then carries that name.
 */
export function hostAllowed(header: string | undefined, listenHost: string): boolean {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([^:[\]]{1,253}))(?::\d{1,5})?$/.exec(header ?? '');
  const host = (match?.[1] ?? match?.[2] ?? '').replace(/\.$/, '');
  if (host === '') return false;
  return isLoopbackHost(host) || host.toLowerCase() === listenHost.toLowerCase();
}
