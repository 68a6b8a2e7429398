/** Building blocks of the configuration schema, with messages that name the expected shape. */
import { isIP } from 'node:net';
import { z } from 'zod';

export function integer(minimum: number, maximum: number) {
  return z.int().min(minimum).max(maximum);
}

export const path = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}+$/u, 'must be a path');

export const ipAddress = z.string().refine((text) => isIP(text) !== 0, 'must be an IPv4 or IPv6 address');

export const dnsZone = z
  .string()
  .max(253)
  .regex(/^[\w-]{1,63}(?:\.[\w-]{1,63})*\.?$/, 'must be a DNS zone such as corp.example.com');

/** Where a sink sends to. Secrets have no place in it: they are in files. */
export const sinkUrl = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const message = sinkUrlProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** What is wrong with the URL of a sink; undefined when it is one. */
export function sinkUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /[\s\p{Cc}]/u.test(text))
    return 'must be a URL such as https://alerts.example.org/hook';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password: they belong into a file';
  if (url.hash !== '') return 'must not have a part after #';
  return undefined;
}

/** RFC 3339 with its zone: a time without one would mean another moment on each machine. */
export const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-25T10:00:00Z' });

export const cidr = z.string().refine(isCidr, 'must be an address range such as 10.0.0.0/8 or fd00::/8');

export const listenAddress = z.string().refine((text) => parseListenAddress(text) !== undefined, {
  error: 'must be address:port, such as 127.0.0.1:8410, localhost:8410 or [::1]:8410',
});

/** The same, and `:9411` for every address of the machine. */
export const openAddress = z.string().refine((text) => parseOpenAddress(text) !== undefined, {
  error: 'must be address:port or :port, such as :9411, 10.0.0.5:9411 or [::1]:9411',
});

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8410`, `[::1]:8410` or `localhost:8410`; port 0 lets the kernel choose. Undefined when it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const [, v6, name, digits] = match;
  const port = Number(digits);
  const host = v6 ?? name ?? '';
  if (port > 65535) return undefined;
  if (v6 !== undefined && isIP(v6) !== 6) return undefined;
  if (v6 === undefined && isIP(host) !== 4 && !/^[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?$/.test(host)) return undefined;
  if (v6 === undefined && isIP(host) !== 4 && /^[0-9.]+$/.test(host)) return undefined;
  return { host, port };
}

/** As `parseListenAddress`; without an address, as in `:9411`, `host` is undefined. */
export function parseOpenAddress(text: string): Partial<ListenAddress> | undefined {
  const port = /^:(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined) return parseListenAddress(text);
  return Number(port) > 65535 ? undefined : { port: Number(port) };
}

function isCidr(text: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(text);
  if (!match) return false;
  const family = isIP(match[1] ?? '');
  const bits = Number(match[2]);
  return (family === 4 && bits <= 32) || (family === 6 && bits <= 128 && !(match[1] ?? '').includes('%'));
}
