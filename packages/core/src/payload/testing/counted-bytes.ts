/** How many bytes were read, of a sample and of all views made of it. */
export interface ReadCount {
  reads: number;
}

/** The sample as a parser sees it, every read of a byte counted; what a search passes over counts too. */
export function countedBytes(bytes: Uint8Array, count: ReadCount): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && key >= '0' && key <= ':') {
        count.reads++;
        return target[Number(key)];
      }
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key === 'subarray') {
        return (from?: number, to?: number): Uint8Array => countedBytes(target.subarray(from, to), count);
      }
      return (...parameters: unknown[]): unknown => {
        const result: unknown = value.apply(target, parameters);
        const from = typeof parameters[1] === 'number' ? parameters[1] : 0;
        count.reads +=
          (typeof result === 'number' && result >= 0 ? result + 1 : target.length) - Math.min(from, target.length);
        return result;
      };
    },
  });
}
