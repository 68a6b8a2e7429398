/** Texts as bpftrace 0.23 writes them into JSON, made what they were in the kernel. */

/**
 * Bytes from 0x80 on: bpftrace extends their sign, so that 0xe9 is written `\uffffffe9`, which JSON reads as U+FFFF and `ffe9`.
 * Those beside one another are UTF-8; what is none becomes U+FFFD.
 */
const HIGH_BYTES = /(?:\uffffff[89a-f][0-9a-f])+/g;
/** How a stack is written: each frame on a line of its own, after the indentation. */
const FRAME = /\n {8}/g;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A text that JSON.parse gave, with its bytes decoded. */
export function scriptText(text: string): string {
  return text.replace(HIGH_BYTES, (run) => decoder.decode(Buffer.from(run.replaceAll('\uffffff', ''), 'hex')));
}

/**
 * A key of a map. Texts in keys are escaped once more than JSON asks for: `a"b` is written `a\\\"b`. A key that is not escaped
 * so is left as it is. The frames of a stack are joined by `;`.
 */
export function scriptKey(key: string): string {
  return withoutLines(scriptText(unescaped(key)));
}

function unescaped(key: string): string {
  if (!key.includes('\\')) return key;
  try {
    return String(JSON.parse(`"${key}"`));
  } catch {
    return key;
  }
}

function withoutLines(key: string): string {
  if (!key.includes('\n        ')) return key;
  return key
    .replace(FRAME, ';')
    .replaceAll(/\n(?=,|$)/g, '')
    .replaceAll(/(^|,);/g, '$1');
}
