/** Policies of one kind as they are judged by. They are few and small: unlike pods they are kept, so that all can be told at once. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { objectName, type RawObject, record } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';

/** More than any cluster has; of more than these nothing is judged, since what is missing may allow something. */
const MOST = 10_000;

export interface PolicyBookOptions<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  /** What stands for a policy that cannot be read: it allows all that the policy may. */
  readonly unread: (name: string, namespace: string | undefined) => T;
  readonly onChange: () => void;
}

export class PolicyBook<T> implements ObjectSink {
  readonly #options: PolicyBookOptions<T>;
  readonly #policies = new Map<string, T>();
  readonly #unread = new Map<string, string>();
  #isOverfull = false;

  constructor(options: PolicyBookOptions<T>) {
    this.#options = options;
  }

  readonly size = (): number => this.#policies.size;

  get policies(): T[] {
    return [...this.#policies.values()];
  }

  /** There were more than are kept, until the next list. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Those that cannot be read, by name, and why. */
  get unread(): ReadonlyMap<string, string> {
    return this.#unread;
  }

  put(object: RawObject): string | undefined {
    const { apiVersion, kind, schema, unread, onChange } = this.#options;
    const [key, name, namespace] = namesOf(object);
    if (name === undefined) return undefined;
    if (!this.#policies.has(key) && this.#policies.size >= MOST) {
      this.#isOverfull = true;
      onChange();
      return key;
    }
    /* The items of a list have neither. */
    const parsed = schema.safeParse({ ...object, apiVersion, kind });
    if (parsed.success) this.#unread.delete(key);
    else this.#unread.set(key, reasonOf(parsed.error));
    const policy = parsed.success ? parsed.data : unread(name, namespace);
    if (isDeepStrictEqual(policy, this.#policies.get(key))) return key;
    this.#policies.set(key, policy);
    onChange();
    return key;
  }

  remove(object: RawObject): void {
    if (this.#end(namesOf(object)[0])) this.#options.onChange();
  }

  retain(keys: ReadonlySet<string>): void {
    const gone = [...this.#policies.keys()].filter((key) => !keys.has(key));
    for (const key of gone) this.#end(key);
    const isNews = gone.length > 0 || this.#isOverfull !== keys.size > MOST;
    this.#isOverfull = keys.size > MOST;
    if (isNews) this.#options.onChange();
  }

  #end(key: string): boolean {
    this.#unread.delete(key);
    return this.#policies.delete(key);
  }
}

function namesOf(object: RawObject): [key: string, name: string | undefined, namespace: string | undefined] {
  const metadata = record(object.metadata);
  const [name, namespace] = [objectName(metadata.name), objectName(metadata.namespace)];
  return [namespace === undefined ? `${name}` : `${namespace}/${name}`, name, namespace];
}

function reasonOf({ issues }: z.ZodError): string {
  const [first] = issues;
  return first === undefined ? 'not as expected' : `${first.path.join('.')}: ${first.message}`.slice(0, 200);
}
