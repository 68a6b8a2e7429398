const CAPACITY = 8192;
const PORTS = 16;

/** The ports of one address that answered, and when last. Few, so a search in a row is fast. */
class Ports {
  readonly ports: number[] = [];
  readonly times: number[] = [];

  note(port: number, timeMs: number): void {
    let at = this.ports.indexOf(port);
    if (at < 0) {
      at = this.ports.length;
      if (at >= PORTS) at = this.times.indexOf(Math.min(...this.times));
      this.ports[at] = port;
    }
    this.times[at] = timeMs;
  }

  last(port: number): number {
    const at = this.ports.indexOf(port);
    return at < 0 ? Number.NEGATIVE_INFINITY : this.times[at]!;
  }
}

/**
 * What completed a handshake lately, by address and port, whoever asked: the ready endpoints as the traffic itself shows
 * them. Two generations without relinking; the older is dropped whole when the younger is full or `rememberMs` old.
 */
export class AnsweredPorts {
  readonly #rememberMs: number;
  #young = new Map<string, Ports>();
  #old = new Map<string, Ports>();
  #bornMs = Number.NaN;
  #evicted = 0;

  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs;
  }

  note(ip: string, port: number, timeMs: number): void {
    let ports = this.#young.get(ip);
    if (ports === undefined) {
      if (this.#young.size >= CAPACITY / 2) {
        this.#evicted += this.#old.size;
        this.#rotate(timeMs);
      } else if (!(Math.abs(timeMs - this.#bornMs) < this.#rememberMs)) {
        this.#rotate(timeMs);
      }
      ports = this.#old.get(ip) ?? new Ports();
      this.#young.set(ip, ports);
    }
    ports.note(port, timeMs);
  }

  /** When the port last answered, epoch ms; −Infinity when it is not known to have. */
  last(ip: string, port: number): number {
    return (this.#young.get(ip) ?? this.#old.get(ip))?.last(port) ?? Number.NEGATIVE_INFINITY;
  }

  isReady(ip: string, port: number, nowMs: number): boolean {
    return nowMs - this.last(ip, port) <= this.#rememberMs;
  }

  get state() {
    return { entries: this.#young.size + this.#old.size, capacity: CAPACITY, evicted: this.#evicted };
  }

  #rotate(timeMs: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#bornMs = timeMs;
  }
}
