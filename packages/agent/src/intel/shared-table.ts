/**
 * A copy whose arrays lie in memory that threads share: the table is made once and never changed, so the thread that detects and
 * the one that answers the API use the same bytes.
 */
export function shareArrays<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return sharedArray(value as unknown as TypedArray) as T;
  if (Array.isArray(value)) return value.map(shareArrays) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shareArrays(inner)])) as T;
}

type TypedArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;

function sharedArray(array: TypedArray): TypedArray {
  const Constructor = array.constructor as new (buffer: SharedArrayBuffer) => TypedArray;
  const copy = new Constructor(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
