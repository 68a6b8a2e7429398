import type { Endpoint } from '@netguard/core';

/* More addresses than this on one subject are a proxy's: the cache starts again rather than grow. */
const ADDRESSES_LIMIT = 64;

/** Somebody whose sockets are named alike: hands out one frozen Endpoint for each of its addresses. */
export class Subject {
  /** `host`, `pod:<uid>`, `container:<id>`, `unit:<name>` or `netns:<inode>`. */
  readonly key: string;
  /** How it is called as another one's `via`. */
  readonly name: string;
  /** The namespace of the socket asked for last: most subjects have one, and need not be looked at again. */
  lastNetns = 0;
  readonly #template: Endpoint;
  readonly #byIp = new Map<string, Endpoint>();
  readonly #guests = new Map<string, Subject>();
  #lastIp = '';
  #last: Endpoint;

  /** `template.ip` stands for sockets bound to any address: the subject's own, or empty. */
  constructor(key: string, name: string, template: Endpoint) {
    this.key = key;
    this.name = name;
    this.#template = Object.isFrozen(template) ? template : Object.freeze(template);
    this.#last = this.#template;
  }

  endpoint(ip: string): Endpoint {
    if (ip === this.#lastIp) return this.#last;
    this.#lastIp = ip;
    this.#last = this.#find(ip);
    return this.#last;
  }

  /** This subject in the network namespace of `owner`: named as the owner, with itself as `via`. */
  guestOf(owner: Subject): Subject {
    let guest = this.#guests.get(owner.key);
    if (!guest) {
      if (this.#guests.size >= 1024) this.#guests.clear();
      guest = new Subject(owner.key, owner.name, { ...owner.endpoint(''), via: this.name });
      this.#guests.set(owner.key, guest);
    }
    return guest;
  }

  /** After names have changed. */
  forgetGuests(): void {
    this.#guests.clear();
  }

  #find(ip: string): Endpoint {
    if (ip === '' || ip === '0.0.0.0' || ip === '::' || ip === this.#template.ip) return this.#template;
    let endpoint = this.#byIp.get(ip);
    if (!endpoint) {
      if (this.#byIp.size >= ADDRESSES_LIMIT) this.#byIp.clear();
      endpoint = Object.freeze({ ...this.#template, ip });
      this.#byIp.set(ip, endpoint);
    }
    return endpoint;
  }
}
