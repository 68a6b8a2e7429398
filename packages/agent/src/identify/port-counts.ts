/** Ports by address, each with how many say it, and kept for a while after the last one took it back. */
interface Entry {
  readonly port: number;
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
  /* Most addresses have one or two: a list of them is a tenth of a map. */
  readonly #byIp = new Map<string, Entry[]>();
  /* In the order of their end, so that what is old enough stands in front. */
  #ended: Ended[] = [];

  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs;
  }

  add(ip: string, port: number): void {
    const entry = this.#find(ip, port);
    if (entry !== undefined) {
      entry.count++;
      entry.untilMs = Number.POSITIVE_INFINITY;
      return;
    }
    const fresh = { port, count: 1, untilMs: Number.POSITIVE_INFINITY };
    const entries = this.#byIp.get(ip);
    if (entries === undefined) this.#byIp.set(ip, [fresh]);
    else entries.push(fresh);
  }

  /** Takes one `add` back. */
  remove(ip: string, port: number, atMs: number): void {
    const entry = this.#find(ip, port);
    if (entry === undefined || --entry.count > 0) return;
    entry.count = 0;
    entry.untilMs = atMs;
    this.#ended.push({ ip, port, atMs });
  }

  has(ip: string, port: number, atMs: number): boolean {
    const entry = this.#find(ip, port);
    return entry !== undefined && atMs <= entry.untilMs + this.#rememberMs;
  }

  /** Forgets what ended too long ago. */
  sweep(nowMs: number): void {
    const first = this.#ended.findIndex(({ atMs }) => atMs >= nowMs - this.#rememberMs);
    const over = this.#ended.splice(0, first === -1 ? this.#ended.length : first);
    for (const { ip, port, atMs } of over) {
      const entry = this.#find(ip, port);
      if (entry?.untilMs !== atMs) continue;
      const left = this.#byIp.get(ip)?.filter((other) => other !== entry) ?? [];
      if (left.length > 0) this.#byIp.set(ip, left);
      else this.#byIp.delete(ip);
    }
  }

  #find(ip: string, port: number): Entry | undefined {
    return this.#byIp.get(ip)?.find((entry) => entry.port === port);
  }
}
