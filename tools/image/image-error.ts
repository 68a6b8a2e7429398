/** An image that cannot be built: what was being done and why it ended, and what the user should do next. */
export class ImageError extends Error {
  readonly hint: string;

  constructor(phrase: string, reason: string, hint: string) {
    super(`${phrase}: ${reason}`);
    this.name = 'ImageError';
    this.hint = hint;
  }
}
