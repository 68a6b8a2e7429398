import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgramDesk } from '../programs/daemon-programs.ts';
import { programError } from '../programs/program-error.ts';
import type { ProgramView } from '../programs/program-view.ts';
import type { ProgramRequest } from '../programs/running-program.ts';
import { type TestApp, testApp } from '../testing/test-app.ts';

/** Takes every program but one that is called bad, and remembers it. */
class Desk implements ProgramDesk {
  readonly loaded = new Map<string, ProgramRequest>();

  views(): ProgramView[] {
    return [...this.loaded.keys()].map((name) => this.view(name));
  }
  request(name: string): ProgramRequest {
    const request = this.loaded.get(name);
    if (request === undefined) throw programError('NG_ERR_PROGRAM_MISSING', `finding ${name}`, 'none of that name');
    return request;
  }
  view(name: string): ProgramView {
    const { file, set, path, origin, by, pin } = this.request(name);
    const running = {
      state: 'running',
      hooks: [],
      maps: [],
      events: { taken: 0, dropped: 0, fullLooks: 0 },
      restarts: 0,
    };
    const facts = { name, file: file.file, kind: file.kind, sha256: file.sha256, set, path, origin, pin, loadedBy: by };
    return { ...facts, ...running, loadedAt: '', hasSpec: false } as ProgramView;
  }
  dump(name: string) {
    this.request(name);
    const entries = [{ key: Uint8Array.of(1, 255), value: 2n ** 60n }];
    return [{ map: 'm', type: 'hash', entries, isCut: false }];
  }
  async families() {
    return [
      {
        name: 'mine_total',
        help: 'Mine.',
        type: 'counter',
        samples: [{ labels: { program: 'x' }, value: 7 }],
      } as const,
    ];
  }
  async load(request: ProgramRequest): Promise<ProgramView> {
    if (request.name === 'bad')
      throw programError('NG_ERR_PROGRAM_COMPILE', 'compiling bad.bpf.c', 'bad.bpf.c:3:1: no');
    this.loaded.set(request.name, request);
    return this.view(request.name);
  }
  reload(name: string, request: ProgramRequest | undefined): Promise<ProgramView> {
    return this.load(request ?? this.request(name));
  }
  async unload(name: string): Promise<ProgramView> {
    const view = this.view(name);
    this.loaded.delete(name);
    return view;
  }
}

const HEADERS: Record<string, string> = { 'content-type': 'application/json' };
const NO_BODY: Record<string, string> = { 'x-netguard-request': '1' };
const content = (text: string): string => Buffer.from(text).toString('base64');
/** What sha256sum says of the text `int x;`. */
const SHA256 = 'e13e332bd08e13cbe2aee094e130ed23878b3b554be5b9a665a83e63caa987ae';

function made(access: Parameters<typeof testApp>[0] = {}): TestApp & { desk: Desk } {
  const app = testApp({ peerUid: () => 0, ...access });
  const desk = new Desk();
  app.state.programs = desk;
  return { ...app, desk };
}

async function call(
  { app }: TestApp,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
  headers = body === undefined ? NO_BODY : HEADERS,
) {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const answer = await app.inject({ method, url, headers, ...payload });
  return { status: answer.statusCode, body: answer.json() };
}

test('a program is loaded, shown, read, loaded anew and ended, and who did what with which hash is audited', async () => {
  const one = made();
  const sent = { file: '/home/ann/x.bpf.c', content: content('int x;'), set: { a: '1' }, by: 'ann' };
  const loaded = await call(one, 'POST', '/api/v1/programs', sent);
  assert.deepEqual([loaded.status, loaded.body.name, loaded.body.origin], [201, 'x', 'api']);
  assert.deepEqual(one.desk.loaded.get('x')?.set, { a: '1' });
  assert.equal((await call(one, 'GET', '/api/v1/programs')).body.items.length, 1);
  assert.equal((await call(one, 'GET', '/api/v1/programs/x')).body.path, '/home/ann/x.bpf.c');
  const maps = await call(one, 'GET', '/api/v1/programs/x/maps?limit=5');
  assert.deepEqual(maps.body.items[0].entries, [{ key: '01ff', value: '1152921504606846976' }]);
  const again = await call(one, 'POST', '/api/v1/programs/x/reload', { content: content('int y;'), by: 'bob' });
  assert.notEqual(again.body.sha256, loaded.body.sha256);
  assert.deepEqual([again.body.set, again.body.file], [{ a: '1' }, 'x.bpf.c']);
  assert.equal((await call(one, 'DELETE', '/api/v1/programs/x')).status, 200);
  assert.equal(one.desk.loaded.size, 0);
  assert.deepEqual(
    one.audited.map(({ action, by, outcome, name, sha256 }) => [action, by, outcome, name, sha256]),
    [
      ['program.load', 'ann', 'done', 'x', loaded.body.sha256],
      ['program.reload', 'bob', 'done', 'x', again.body.sha256],
      ['program.unload', undefined, 'done', 'x', again.body.sha256],
    ],
  );
  assert.equal(loaded.body.sha256, SHA256);
});

test('what is refused is answered with what and where', async () => {
  const one = made();
  for (const [body, status, detail] of [
    [{ file: 'bad.bpf.c', content: content('x') }, 400, /^compiling bad\.bpf\.c: bad\.bpf\.c:3:1: no$/],
    [{ file: 'x.c', content: content('x') }, 400, /Name it NAME\.bpf\.c/],
    [{ file: 'x.bt', content: '***' }, 400, /content: must be the bytes of the file in base64/],
    [{ file: 'x.bt', content: '', name: 'x' }, 400, /it has 0 bytes/],
    [{ file: 'x.bt', content: content('x'), name: 'A b' }, 409, /cannot be a name/],
    [{ file: 'x.bt', content: content('x'), cgruop: '/x' }, 400, /unknown field "cgruop"/],
  ] as const) {
    const answer = await call(one, 'POST', '/api/v1/programs', body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(answer.body.detail, detail);
  }
  for (const [method, url] of [
    ['GET', '/api/v1/programs/none'],
    ['GET', '/api/v1/programs/none/maps'],
    ['POST', '/api/v1/programs/none/reload'],
    ['DELETE', '/api/v1/programs/none'],
  ] as const)
    assert.equal((await call(one, method, url, method === 'POST' ? {} : undefined)).status, 404, url);
  assert.deepEqual(one.audited, []);
});

test('over the network only the admin token may load; on this machine, without one, only root', async () => {
  const admin = { accepts: (header: string | undefined) => header === 'Bearer admin' };
  const body = { file: 'x.bt', content: content('x') };
  const open = made({ listenHost: '0.0.0.0' });
  assert.equal((await call(open, 'POST', '/api/v1/programs', body)).status, 403);
  const guarded = made({ listenHost: '0.0.0.0', adminToken: admin, peerUid: () => undefined });
  assert.equal((await call(guarded, 'POST', '/api/v1/programs', body)).status, 401);
  const right = { ...HEADERS, authorization: 'Bearer admin' };
  assert.equal((await call(guarded, 'POST', '/api/v1/programs', body, right)).status, 201);
  for (const uid of [1000, undefined]) {
    const other = made({ peerUid: () => uid });
    const answer = await call(other, 'POST', '/api/v1/programs', body);
    assert.deepEqual([answer.status, /use sudo/.test(answer.body.detail)], [403, true]);
    assert.equal((await call(other, 'DELETE', '/api/v1/programs/x')).status, 403);
    assert.deepEqual(
      other.audited.map(({ outcome }) => outcome),
      ['refused', 'refused'],
    );
    assert.equal((await call(other, 'GET', '/api/v1/programs')).status, 200);
  }
});

test('a file of megabytes is taken, a larger one is not', async () => {
  const one = made();
  const large = content('x'.repeat(3 * 1024 * 1024));
  assert.equal((await call(one, 'POST', '/api/v1/programs', { file: 'x.bpf.o', content: large })).status, 201);
  const tooLarge = content('x'.repeat(5 * 1024 * 1024));
  assert.equal((await call(one, 'POST', '/api/v1/programs', { file: 'y.bpf.o', content: tooLarge })).status, 413);
});
