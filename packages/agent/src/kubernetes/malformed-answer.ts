/** The API server, or something in between, sent what cannot be read. What was lost with it only a new list tells. */
export class MalformedAnswer extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`the answer has ${what}`, options);
  }
}
