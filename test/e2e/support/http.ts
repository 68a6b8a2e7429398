import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One GET over a connection of its own. Rejects when nobody answers within 30 s. */
export function httpGet(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers, timeout: 30_000 }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** GET of something that must be there and be JSON. */
export async function getJson<T>(url: string, headers?: Readonly<Record<string, string>>): Promise<T> {
  const { status, body } = await httpGet(url, headers);
  assert.equal(status, 200, `${url}: ${body}`);
  return JSON.parse(body) as T;
}
