/** Kubernetes names end at 253 characters; longer text is somebody's input, not a name. */
const MAX_LENGTH = 253;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * Text that is safe as the value of a label whatever it was: no control characters, no broken surrogates, bounded. Quotes
 * and backslashes stay; the exposition escapes them.
 */
export function labelText(text: string): string {
  const bounded = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
  return bounded.toWellFormed().replace(CONTROL, '\ufffd');
}
