import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

export interface PortHolder {
  readonly pid: number;
  readonly comm: string;
}

/** Who listens on a TCP port in our network namespace, as far as /proc tells us; undefined when it does not. */
export function findPortHolder(port: number): PortHolder | undefined {
  const inodes = new Set([...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return undefined;
  for (const pid of entries('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of entries(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return { pid: Number(pid), comm: text(`/proc/${pid}/comm`).trim() };
    }
  }
  return undefined;
}

function* listeningInodes(file: string, port: number): Generator<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of text(file).split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[3] === LISTEN && fields[1]?.endsWith(`:${hex}`) && fields[9]) yield fields[9];
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
