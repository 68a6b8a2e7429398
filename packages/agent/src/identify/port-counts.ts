/** Ports by address, each with how many say it, and kept for a while after the last one took it back. */
interface Entry {
  count: number;
  /** When the last one took it back; Infinity while it stands. */
  untilMs: number;
}

interface Ended {
  readonly ip: string;
  readonly port: number;
  readonly atMs: number;
}

export class PortCounts {
  readonly #rememberMs: number;
  readonly #byIp = new Map<string, Map<number, Entry>>();
  /* In the order of their end, so that what is old enough stands in front. */
  #ended: Ended[] = [];

  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs;
  }

  add(ip: string, port: number): void {
    let ports = this.#byIp.get(ip);
    if (ports === undefined) {
      ports = new Map();
      this.#byIp.set(ip, ports);
    }
    const entry = ports.get(port);
    if (entry === undefined) ports.set(port, { count: 1, untilMs: Number.POSITIVE_INFINITY });
    else {
      entry.count++;
      entry.untilMs = Number.POSITIVE_INFINITY;
    }
  }

  /** Takes one `add` back. */
  remove(ip: string, port: number, atMs: number): void {
    const entry = this.#byIp.get(ip)?.get(port);
    if (entry === undefined || --entry.count > 0) return;
    entry.count = 0;
    entry.untilMs = atMs;
    this.#ended.push({ ip, port, atMs });
  }

  has(ip: string, port: number, atMs: number): boolean {
    const entry = this.#byIp.get(ip)?.get(port);
    return entry !== undefined && atMs <= entry.untilMs + this.#rememberMs;
  }

  /** Forgets what ended too long ago. */
  sweep(nowMs: number): void {
    const first = this.#ended.findIndex(({ atMs }) => atMs >= nowMs - this.#rememberMs);
    const over = this.#ended.splice(0, first === -1 ? this.#ended.length : first);
    for (const { ip, port, atMs } of over) {
      const ports = this.#byIp.get(ip);
      if (ports?.get(port)?.untilMs !== atMs) continue;
      ports.delete(port);
      if (ports.size === 0) this.#byIp.delete(ip);
    }
  }
}
