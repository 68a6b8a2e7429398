/** Methods that are known to be HTTP where nothing else says so: RFC 9110, RFC 5789, and WebDAV (RFC 4918, 3253, 3744, 5323). */
export const HTTP_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'SEARCH',
  'REPORT',
  'ACL',
  'CHECKOUT',
  'MERGE',
]);

/** The longest method of the registry has 17 characters (UPDATEREDIRECTREF); attackers make up others. */
export const LONGEST_METHOD = 32;
