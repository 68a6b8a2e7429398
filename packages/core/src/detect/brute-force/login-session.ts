/** What a short session at a login service looks like from outside, by its bytes and its length alone. */
import type { LoginService } from '../../login-services.ts';
import { LOGIN_PORTS } from '../../login-services.ts';
import type { ConnectionObservation } from '../../observation.ts';

/**
 * A session is `guess`-like when it is as small and short as a refused login, and `success`-like when it went on after one.
 * Probes, banner grabs and health checks are none: nobody was asked for a name and a secret.
 */
export interface LoginSession {
  readonly shape: LoginShape;
  readonly kind: 'guess' | 'success';
  /** Whose socket tells of it. */
  readonly reporter: 'client' | 'server';
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly startMs: number;
  readonly timeMs: number;
  /** The source cannot tell who closed first. */
  readonly isCloseUnseen: boolean;
}

export interface LoginShape {
  readonly service: LoginService;
  /**
   * Programs log in here all the time, each for a moment (databases, mail, directories): short sessions say less than where
   * people do.
   */
  readonly isRoutine: boolean;
  /** The server closes when it refuses a login; a client that got in closes itself. */
  readonly hangsUp: boolean;
  /** Payload bytes of the client and of the server in a session with refused logins only. */
  readonly client: readonly [minimum: number, maximum: number];
  readonly server: readonly [minimum: number, maximum: number];
  readonly longestMs: number;
  /** Client bytes of one more guess in the same session; 0: one guess a session. */
  readonly clientBytesPerGuess: number;
  /** Server bytes of one more guess in the same session, over the smallest session seen; 0: not estimated so. */
  readonly serverBytesPerGuess: number;
}

type Shape = Omit<LoginShape, 'service'>;
type Frequency = 'people' | 'programs' | 'programs, hangs up';

const ONE = { clientBytesPerGuess: 0, serverBytesPerGuess: 0 };

/*
 * Lower bounds: what a name and a secret need at least. Upper bounds: measured sessions with refused logins (Zeek's traces
 * ssh/sshguess 2581–2885/2336–2448, ftp/bruteforce 24/137, mysql/auth 47–67/141–147; PostgreSQL 15 with SCRAM 227–235/223,
 * where a login that succeeds has 650), with room for other versions, longer names and several guesses.
 * SSH: Zeek took 4000 (before: 5500) bytes of the server as a login that succeeded; key exchanges have grown by 1 KB since.
 * RDP: NLA inside TLS. SMB: negotiate, session setup, refused.
 */
const SHAPES: Readonly<Record<LoginService, Shape>> = {
  ssh: shape('people', [400, 6000], [600, 5000], 60_000, { clientBytesPerGuess: 0, serverBytesPerGuess: 56 }),
  ftp: shape('people', [8, 300], [40, 900], 60_000, { clientBytesPerGuess: 24, serverBytesPerGuess: 0 }),
  telnet: shape('people', [8, 500], [20, 2500], 60_000, { clientBytesPerGuess: 24, serverBytesPerGuess: 0 }),
  rdp: shape('people', [200, 6000], [200, 6000], 30_000, ONE),
  vnc: shape('people', [24, 300], [30, 400], 30_000, ONE),
  winrm: shape('people', [200, 3000], [100, 2000], 20_000, ONE),
  smb: shape('programs', [200, 3000], [200, 3000], 10_000, ONE),
  smtp: shape('programs', [40, 300], [100, 900], 60_000, { clientBytesPerGuess: 45, serverBytesPerGuess: 0 }),
  imap: shape('programs', [20, 300], [60, 900], 60_000, { clientBytesPerGuess: 30, serverBytesPerGuess: 0 }),
  pop3: shape('programs', [16, 300], [50, 600], 60_000, { clientBytesPerGuess: 24, serverBytesPerGuess: 0 }),
  mysql: shape('programs, hangs up', [30, 400], [125, 230], 10_000, ONE),
  postgres: shape('programs, hangs up', [40, 400], [60, 400], 10_000, ONE),
  mssql: shape('programs, hangs up', [100, 1200], [60, 1000], 10_000, ONE),
  mongodb: shape('programs', [150, 1500], [150, 1200], 10_000, ONE),
  redis: shape('programs', [24, 300], [24, 500], 30_000, { clientBytesPerGuess: 36, serverBytesPerGuess: 0 }),
  ldap: shape('programs', [20, 300], [10, 300], 30_000, ONE),
};

/* TLS around it: hello, key exchange and finished of the client; certificates of the server. */
const TLS_PORTS = new Set([465, 636, 990, 993, 995]);
const TLS_CLIENT_BYTES = [300, 1200] as const;
const TLS_SERVER_BYTES = [600, 7000] as const;
/* One session holds three to six tries: OpenSSH MaxAuthTries 6, vsftpd max_login_fails 3. */
const MOST_GUESSES = 6;

/** By port: 0 for ports where nobody logs in, so that the hot path is one look into an array. */
export class LoginPorts {
  readonly #index = new Uint8Array(65_536);
  readonly #shapes: LoginShape[] = [];

  constructor(configured: ReadonlyMap<number, LoginService>) {
    for (const [port, service] of [...LOGIN_PORTS, ...configured]) {
      const plain: LoginShape = { service, ...SHAPES[service] };
      this.#index[port] = this.#shapes.push(TLS_PORTS.has(port) ? insideTls(plain) : plain);
    }
  }

  shape(port: number): LoginShape | undefined {
    return this.#shapes[(this.#index[port] ?? 0) - 1];
  }
}

/** Reads a session by its totals so far. Undefined: one end said too little for anybody to have been asked for a secret. */
export function readSession(shape: LoginShape, observation: ConnectionObservation): LoginSession | undefined {
  const isServer = observation.role === 'server';
  const { receivedBytes, sentBytes } = observation.total;
  const clientBytes = isServer ? receivedBytes : sentBytes;
  const serverBytes = isServer ? sentBytes : receivedBytes;
  if (clientBytes < shape.client[0] || serverBytes < shape.server[0]) return undefined;
  const { timeMs, startMs } = observation;
  const hasOutgrown =
    clientBytes > shape.client[1] || serverBytes > shape.server[1] || timeMs - startMs > shape.longestMs;
  /* A client that got in says goodbye itself; a database that refuses one closes. */
  const kind = hasOutgrown || (shape.hangsUp && clientClosedFirst(observation)) ? 'success' : 'guess';
  const reporter = isServer ? 'server' : 'client';
  const isCloseUnseen = observation.closedFirst === undefined;
  return { shape, kind, reporter, clientBytes, serverBytes, startMs, timeMs, isCloseUnseen };
}

/** How many guesses one session held, one at least; `smallest` are the server's bytes of the smallest such session. */
export function guessesOf({ shape, clientBytes, serverBytes }: LoginSession, smallest: number): number {
  let guesses = 1;
  if (shape.clientBytesPerGuess > 0) guesses = Math.floor(clientBytes / shape.clientBytesPerGuess);
  else if (shape.serverBytesPerGuess > 0) {
    guesses = 1 + Math.floor(Math.max(0, serverBytes - smallest) / shape.serverBytesPerGuess);
  }
  return Math.min(MOST_GUESSES, Math.max(1, guesses));
}

function clientClosedFirst({ role, closedFirst }: ConnectionObservation): boolean {
  return closedFirst !== undefined && (closedFirst === 'local') === (role === 'client');
}

function insideTls(plain: LoginShape): LoginShape {
  return {
    ...plain,
    client: [plain.client[0] + TLS_CLIENT_BYTES[0], plain.client[1] + TLS_CLIENT_BYTES[1]],
    server: [plain.server[0] + TLS_SERVER_BYTES[0], plain.server[1] + TLS_SERVER_BYTES[1]],
    clientBytesPerGuess: 0,
  };
}

function shape(
  who: Frequency,
  client: Shape['client'],
  server: Shape['server'],
  longestMs: number,
  more: Pick<Shape, 'clientBytesPerGuess' | 'serverBytesPerGuess'>,
): Shape {
  return { isRoutine: who !== 'people', hangsUp: who === 'programs, hangs up', client, server, longestMs, ...more };
}
