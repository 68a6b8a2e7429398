/** JSON of values as libbpf decodes them: a 64-bit number beyond 2^53 and bytes (hexadecimal) become text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === 'bigint') return one.toString();
    return one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one;
  });
}
