import { type Agent, request } from 'node:http';

export interface HttpCall {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly agent?: Agent;
  /** Sent as a POST. */
  readonly body?: Buffer;
}

/** One HTTP exchange, read to its end. Resolves to the length of the answer; rejects after 3 s or on any failure. */
export function call({ body, ...target }: HttpCall): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, method: body ? 'POST' : 'GET', timeout: 3_000 }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${target.host}:${target.port}`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
