import type { ParameterTable, ParameterValues } from '../detector.ts';

export const bruteForceParameters = {
  sessions: {
    default: 8,
    unit: 'sessions',
    minimum: 3,
    maximum: 100_000,
    description: 'Sessions like refused logins, of one source at one login service within windowMs.',
    source: 'SLIPS: 9 attempts. ET SCAN SSH: 5 connections in 60 s. Zeek’s own example for SSH: 10 failed logins.',
  },
  windowMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 60_000,
    maximum: 1_800_000,
    description: 'Time over which sessions are counted, in steps of a minute.',
    source:
      'Our choice: 8 sessions in it are 1.6 a minute, above what monitors and people do, below every guessing tool.',
  },
  guesses: {
    default: 30,
    unit: 'guesses',
    minimum: 3,
    maximum: 1_000_000,
    description: 'Estimated guesses within slowWindowMs (a session can hold several), in at least `sessions` sessions.',
    source: 'Zeek SSH::password_guesses_limit 30 in guessing_timeout 30 min; FTP::bruteforce_threshold 20 in 15 min.',
  },
  slowWindowMs: {
    default: 1_800_000,
    unit: 'ms',
    minimum: 60_000,
    maximum: 1_800_000,
    description: 'Time over which guesses are counted, in steps of a minute.',
    source: 'Zeek SSH::guessing_timeout 30 min.',
  },
  clusterFactor: {
    default: 2.5,
    unit: 'times',
    minimum: 1,
    maximum: 100,
    description: 'What sources that have a name in the cluster or on this host may do more than others.',
    source:
      'Our choice: programs log in more often than people. bro-simple-scan allows local sources ten times as much.',
  },
  routineFactor: {
    default: 3,
    unit: 'times',
    minimum: 1,
    maximum: 100,
    description:
      'The same at services where programs log in for a moment all the time: databases, mail, directories, SMB.',
    source:
      'Our choice: a pool of connections that is refilled, or a page a login, makes some tens of sessions at once.',
  },
  unseenCloseFactor: {
    default: 3,
    unit: 'times',
    minimum: 1,
    maximum: 100,
    description:
      'The same again at databases that hang up on who is refused, where the source cannot tell who hung up.',
    source:
      'Our choice: HAProxy’s mysql-check logs in every 2 s, 150 times in windowMs, and looks the same but for that.',
  },
  knownFactor: {
    default: 10,
    unit: 'times',
    minimum: 1,
    maximum: 100,
    description: 'The same for a workload that made such sessions at that service all through its learning time.',
    source: 'kubernetes-rules: suppression raises thresholds ten times and never switches off.',
  },
  guessShare: {
    default: 0.8,
    unit: 'share',
    minimum: 0.5,
    maximum: 1,
    description: 'Sessions like refused logins among all sessions of the pair, below which nothing is said.',
    source: 'kubernetes-rules: 80 % failures, the line drawn for scans and shared addresses.',
  },
  alikeShare: {
    default: 0.5,
    unit: 'share',
    minimum: 0.1,
    maximum: 1,
    description: 'Sessions in which the server said as much as in most others: its refusal is always the same.',
    source:
      'Zeek’s trace ssh/sshguess: 7 of 11 (the rest had more guesses), ftp/bruteforce 30 of 30. A run of ansible has four or five kinds of session, each below a third.',
  },
  routineAlikeShare: {
    default: 0.8,
    unit: 'share',
    minimum: 0.1,
    maximum: 1,
    description: 'The same at services where programs log in all the time.',
    source: 'Our choice: answers to queries differ, refusals do not.',
  },
  distributedSessions: {
    default: 30,
    unit: 'sessions',
    minimum: 5,
    maximum: 1_000_000,
    description: 'Sessions like refused logins at one service within windowMs, from outside sources together.',
    source: 'Our choice: the number at which Zeek names a single source.',
  },
  distributedSources: {
    default: 10,
    unit: 'sources',
    minimum: 2,
    maximum: 1_000_000,
    description: 'Distinct outside sources of those sessions, from which it is one attack by many.',
    source: 'Our choice: more than the machines of one household or office that share a mistyped password.',
  },
} as const satisfies ParameterTable;

export type BruteForceParameters = ParameterValues<typeof bruteForceParameters>;
