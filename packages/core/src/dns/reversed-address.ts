/* Block lists are asked for an address written backwards (RFC 5782): four numbers, or 32 hexadecimal digits. */
const REVERSED = /^(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]\.){31}[0-9a-f])(?:\.|$)/;

/** The rest of a name that begins with an address written backwards; the name itself when it does not. */
export function withoutAddress(subdomain: string): string {
  const address = REVERSED.exec(subdomain);
  return address === null ? subdomain : subdomain.slice(address[0].length);
}
