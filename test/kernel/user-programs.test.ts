/** Users' programs beside NetGuard's: what is refused says why and disturbs nothing, what ends leaves nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PIN_ROOT, Pins } from '../../packages/agent/src/programs/pins.ts';
import type { ProgramRequest } from '../../packages/agent/src/programs/running-program.ts';
import { Background } from './support/command.ts';
import { existing, heldBy, remaining } from './support/kernel-objects.ts';
import { enterOwnCgroup } from './support/own-cgroup.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { AF, SOCK, Socket } from './support/socket.ts';
import { entriesOf, request, samplesOf, source, testHost } from './support/user-program.ts';
import { waitFor } from './support/wait-for.ts';

enterOwnNamespace();
const cgroup = enterOwnCgroup();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const records: Uint8Array[] = [];
const host = testHost({ eventsPerSecond: 100 }, records);
afterEach(async () => {
  for (const { name } of host.views()) await host.unload(name);
});

/** Counts packets that its cgroup sends, by `step`, a setting. */
const COUNTER = `
const volatile __u64 step = 1;
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } sent SEC(".maps");
SEC("cgroup_skb/egress") int count(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&sent, &zero);

	if (value)
		__sync_fetch_and_add(value, step);
	return 1;
}`;
const counter = (name = 'counter', more: Partial<ProgramRequest> = {}) =>
  source(name, COUNTER, { cgroup: cgroup.path, ...more });

function send(datagrams: number): void {
  const socket = Socket.open(AF.inet, SOCK.dgram);
  for (let i = 0; i < datagrams; i++) socket.sendTo(new Uint8Array(8), '127.0.0.1', 9);
  socket.close();
}

const REFUSED: Readonly<Record<string, readonly [ProgramRequest, code: string, message: RegExp]>> = {
  'a compiler error': [
    source('bad', '\nint broken = missing;'),
    'NG_ERR_PROGRAM_COMPILE',
    /^compiling bad\.bpf\.c: bad\.bpf\.c:4:14: error: use of undeclared identifier 'missing' \(int broken = missing;\)$/,
  ],
  'a refusal of the verifier': [
    source('bad', COUNTER.replace('MAP_TYPE_ARRAY', 'MAP_TYPE_HASH').replace('if (value)', 'if (zero == 0)'), {
      cgroup: cgroup.path,
    }),
    'NG_ERR_PROGRAM_LOAD',
    /^loading bad\.bpf\.c: (?:bad\.bpf\.c:\d+ \()?.*(?:__sync_fetch_and_add\(value, step\)).*rejected program count: R\d invalid mem access 'map_value_or_null'$/,
  ],
  'a missing type of the kernel': [
    source('bad', 'SEC("tp_btf/no_such_event") int BPF_PROG(f) { return 0; }'),
    'NG_ERR_PROGRAM_LOAD',
    /failed to find kernel BTF type ID of 'no_such_event'/,
  ],
  'a missing field of the kernel': [
    source(
      'bad',
      'struct sock___x { int no_such_field; } __attribute__((preserve_access_index));\nSEC("tp_btf/inet_sock_set_state") int BPF_PROG(f, struct sock *sk) { return ((struct sock___x *)sk)->no_such_field; }',
    ),
    'NG_ERR_PROGRAM_LOAD',
    /no_such_field/,
  ],
  'a section nobody knows': [
    source('bad', 'SEC("tracepoitn/x") int f(void *ctx) { return 0; }'),
    'NG_ERR_PROGRAM_SECTION',
    /SEC\("tracepoitn\/x"\) of f is not attached here/,
  ],
  'a program that could replace ours': [
    source('bad', 'SEC("freplace/ng_packet_in") int f(struct __sk_buff *skb) { return 0; }'),
    'NG_ERR_PROGRAM_SECTION',
    /SEC\("freplace\/ng_packet_in"\)/,
  ],
  'a map that is too large': [
    source('bad', COUNTER.replace('max_entries, 1)', 'max_entries, 4000000)'), { cgroup: cgroup.path }),
    'NG_ERR_PROGRAM_LIMIT',
    /it wants 32\d+ bytes of maps, and 16\d+ are left/,
  ],
  'too many maps': [
    source(
      'bad',
      `${Array.from({ length: 70 }, (_, i) => `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } m${i} SEC(".maps");`).join('\n')}\nSEC("tp_btf/kfree_skb") int BPF_PROG(f) { return 0; }`,
    ),
    'NG_ERR_PROGRAM_LIMIT',
    /it wants 70 maps, and 6\d are left/,
  ],
  'a cgroup that is not said': [
    source('bad', COUNTER),
    'NG_ERR_PROGRAM_ATTACH',
    /SEC\("cgroup_skb\/egress"\) of count needs --cgroup/,
  ],
  'a cgroup that is not there': [
    counter('bad', { cgroup: '/sys/fs/cgroup/nowhere' }),
    'NG_ERR_PROGRAM_LOAD',
    /opening cgroup \/sys\/fs\/cgroup\/nowhere: ENOENT/,
  ],
  'an interface that nothing takes': [
    counter('bad', { interface: 'lo' }),
    'NG_ERR_PROGRAM_ATTACH',
    /none of its functions takes --interface/,
  ],
  'a setting of another type': [
    counter('bad', { set: { step: 'two words' } }),
    'NG_ERR_PROGRAM_SET',
    /is no whole number/,
  ],
  'a setting nobody reads': [counter('bad', { set: { steps: '2' } }), 'NG_ERR_PROGRAM_SET', /nearest name is step/],
  'a YAML that speaks of another map': [
    counter('bad', { spec: 'apiVersion: netguard/v1\nkind: Program\nmaps:\n  snet: {}\n' }),
    'NG_ERR_PROGRAM_SPEC',
    /bad\.yaml:4:3: unknown map "maps\.snet"; known here: sent/,
  ],
  'a YAML with an unknown key': [
    counter('bad', { spec: 'apiVersion: netguard/v1\nkind: Program\nmpas: {}\n' }),
    'NG_ERR_PROGRAM_SPEC',
    /bad\.yaml:3:1: .*mpas.*maps/,
  ],
  'a name that is taken': [counter('counter'), 'NG_ERR_PROGRAM_NAME', /a program named counter is loaded/],
};

test('what is refused says what and where, and what runs goes on', async () => {
  await host.load(counter());
  const before = heldBy('self');
  for (const [what, [bad, code, message]] of Object.entries(REFUSED)) {
    await assert.rejects(host.load(bad), (error: { code: string; message: string }) => {
      assert.equal(error.code, code, `${what}: ${error.message}`);
      assert.match(error.message, message, what);
      assert.doesNotMatch(error.message, /\/tmp\//, what);
      return true;
    });
  }
  assert.deepEqual(heldBy('self'), before);
  assert.deepEqual(
    host.views().map(({ name }) => name),
    ['counter'],
  );
  send(10);
  assert.deepEqual(entriesOf(host, 'counter', 'sent'), [[0, 10]]);
});

test('what is no BPF object, or has no types, is refused with how it is compiled', async () => {
  const bytes = compileC('int main(void) { return 0; }', []);
  const untyped = compileC(
    'int x __attribute__((section(".maps"))); __attribute__((section("xdp"))) int f(void *c) { return 2; }',
    ['-target', 'bpf'],
  );
  for (const [content, hint] of [
    [Buffer.from('no ELF at all'), /clang -target bpf/],
    [bytes, /clang -target bpf/],
    [untyped, /Compile it with -g/],
  ] as const)
    await assert.rejects(host.load(request('bad.bpf.o', content)), { code: 'NG_ERR_PROGRAM_LOAD', hint });
});

function compileC(text: string, flags: readonly string[]): Buffer {
  const args = ['-x', 'c', '-O2', ...flags, '-c', '-', '-o', '-'];
  return execFileSync('clang-19', args, { input: text, maxBuffer: 1 << 20 });
}

test('a setting is in effect, a reload that is refused changes nothing, and one that is taken counts anew', async () => {
  await host.load(counter('counter', { set: { step: '0x10' } }));
  send(3);
  assert.deepEqual(entriesOf(host, 'counter', 'sent'), [[0, 48]]);
  await assert.rejects(host.replace(source('counter', 'int x = y;')), { code: 'NG_ERR_PROGRAM_COMPILE' });
  send(1);
  assert.deepEqual(entriesOf(host, 'counter', 'sent'), [[0, 64]]);
  await host.replace(counter('counter', { set: { step: '2' } }));
  send(1);
  assert.deepEqual(entriesOf(host, 'counter', 'sent'), [[0, 2]]);
});

/** Variables of every kind, and maps that are not read. */
const VARIABLES = `
struct wait { __u64 sum_ns; __u32 depth; };
const volatile __u64 limit = 5;
__u64 datagrams;
__s32 level = -3;
struct wait waits[2];
__u32 size_slots[4];
static __u64 inner_bytes;
struct wait *unused __attribute__((unused));
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, __u32); } waiting SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 8); } bare SEC(".maps");
SEC("cgroup_skb/egress") int count(struct __sk_buff *skb)
{
	__u32 key = 1;
	__u64 value = 7;

	__sync_fetch_and_add(&datagrams, 1);
	__sync_fetch_and_add(&inner_bytes, skb->len);
	__sync_fetch_and_add(&waits[1].sum_ns, 2000000000);
	__sync_fetch_and_add(&size_slots[2], 1);
	bpf_map_push_elem(&waiting, &key, 0);
	bpf_map_update_elem(&bare, &key, &value, BPF_ANY);
	return limit ? 1 : 0;
}`;
const VARIABLES_YAML = `apiVersion: netguard/v1
kind: Program
maps: { level: { help: Levels. }, unused: { export: false } }
alerts: [{ name: many, expr: datagrams > 5 }]
`;

test('global variables are metrics by their types, and maps that are not read say why', async () => {
  const before = heldBy('self');
  await host.load(source('variables', VARIABLES, { cgroup: cgroup.path, spec: VARIABLES_YAML }));
  send(10);
  const samples = (await samplesOf(host, 'variables')).map((line) => line.replace('netguard_program_variables_', ''));
  for (const line of [
    'datagrams_total{program=variables} 10',
    'level{program=variables} -3',
    'inner_bytes_total{program=variables} 360',
    'waits_sum_seconds_total{element=1,program=variables} 20',
    'size_bucket{program=variables,le=8} 10',
  ])
    assert.ok(samples.includes(line), `${line} is one of ${samples.join('; ')}`);
  assert.doesNotMatch(samples.join(), /limit|unused/);
  const measured = await host.exportsOf('variables')?.measure(Date.now());
  assert.deepEqual(
    measured?.map(({ observation }) => observation.value),
    [10],
  );
  const dumps = host.dump('variables', 100);
  assert.deepEqual(
    dumps.map(({ map, type, noMetrics = '' }) => [map, type, noMetrics.slice(0, 12)]),
    [
      ['waiting', 'queue', 'only its nex'],
      ['bare', 'hash', 'nothing says'],
      ['.data', 'variables', ''],
      ['.bss', 'variables', ''],
    ],
  );
  assert.deepEqual(entriesOf(host, 'variables', '.data'), [['level', -3]]);
  assert.deepEqual(new Map(entriesOf(host, 'variables', '.bss')).get('datagrams'), 10);
  const theirs = [...heldBy('self')].filter((each) => !before.has(each));
  assert.ok(theirs.length >= 5, theirs.join());
  await host.unload('variables');
  await waitFor(
    () => `gone: ${remaining(new Set(theirs)).join()}`,
    () => remaining(new Set(theirs)).length === 0,
  );
});

/** Names as clang and Prometheus do not have them alike, as JavaScript has them itself, and two that give one metric. */
const NAMES = `
__u64 wait_ns, wait_us, constructor;
SEC("cgroup_skb/egress") int count(struct __sk_buff *skb)
{
	static __u64 seen;

	__sync_fetch_and_add(&seen, 1);
	__sync_fetch_and_add(&wait_ns, 1000000000);
	__sync_fetch_and_add(&wait_us, 1);
	__sync_fetch_and_add(&constructor, 2);
	return 1;
}`;

test('whatever variables are called, all that are metrics have a name of one', async () => {
  const { problem } = await host.load(source('names', NAMES, { cgroup: cgroup.path }));
  send(3);
  const samples = (await samplesOf(host, 'names')).map((line) => line.replace('netguard_program_names_', ''));
  assert.deepEqual(samples.sort(), [
    'constructor_total{program=names} 6',
    // By the word `seen`.
    'count_seen{program=names} 3',
    'wait_seconds_total{program=names} 3',
  ]);
  assert.match(
    problem ?? '',
    /^the variable wait_us has no metrics: .* both be netguard_program_names_wait_seconds_total/,
  );
  assert.equal(new Map(entriesOf(host, 'names', '.bss')).get('count.seen'), 3);
});

test('a map that wants to be pinned by name is neither pinned nor shared', async () => {
  const path = '/sys/fs/bpf/sent';
  const pinning = COUNTER.replace('max_entries, 1)', 'max_entries, 1); __uint(pinning, 1)');
  await host.load(source('pinning', pinning, { cgroup: cgroup.path }));
  assert.equal(existsSync(path), false);
});

test('a pin is there while its program is, and one of a run that was killed is swept', async () => {
  const view = await host.load(counter('pinned', { pin: true }));
  assert.deepEqual(readdirSync(view.pinned ?? ''), ['sent']);
  await host.unload('pinned');
  assert.equal(existsSync(view.pinned ?? ''), false);

  const child = new Background(process.execPath, [HOLDER, cgroup.path]);
  const pinned = await child.line();
  assert.deepEqual(readdirSync(pinned), ['sent']);
  assert.deepEqual(new Pins().sweep(), [], 'it lives');
  await child.end('SIGKILL');
  assert.deepEqual(new Pins().sweep(), [join(pinned, '..')]);
  assert.equal(existsSync(PIN_ROOT), false);
});

const HOLDER = fileURLToPath(new URL('support/children/hold-program.ts', import.meta.url));

test('SIGKILL leaves no program, link or map of a user', async () => {
  const child = new Background(process.execPath, [HOLDER, cgroup.path]);
  await child.line();
  const theirs = heldBy(child.pid);
  assert.ok(theirs.size >= 3, [...theirs].join(', '));
  await child.end('SIGKILL');
  new Pins().sweep();
  await waitFor(
    () => `gone: ${remaining(theirs).join(', ')}`,
    () => remaining(theirs).length === 0,
  );
});

const FLOOD = `
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } events SEC(".maps");
SEC("cgroup_skb/egress") int tell(struct __sk_buff *skb)
{
	for (int i = 0; i < 50; i++) {
		__u64 *event = bpf_ringbuf_reserve(&events, 8, 0);

		if (!event)
			return 1;
		*event = 0x1122334455667788;
		bpf_ringbuf_submit(event, 0);
	}
	return 1;
}`;

test('a program that floods its ring gets its share a second, and the rest is counted', async () => {
  records.length = 0;
  await host.load(source('flood', FLOOD, { cgroup: cgroup.path }));
  const began = Date.now();
  /* 20 × 50 records of 16 bytes fit the ring. */
  send(20);
  const { events } = await waitFor('all records are read', () => {
    const view = host.view('flood');
    return view.events.taken + view.events.dropped === 1000 ? view : undefined;
  });
  const seconds = Math.floor(Date.now() / 1000) - Math.floor(began / 1000) + 1;
  assert.ok(events.taken >= 100 && events.taken <= 100 * seconds, JSON.stringify(events));
  assert.equal(records.length, events.taken);
  assert.equal(Buffer.from(records[0]!).readBigUInt64LE(), 0x1122334455667788n);
  /* What finds it full is lost in the kernel, and seen. */
  send(200);
  await waitFor('the full ring is seen', () => host.view('flood').events.fullLooks > 0);
});

test('an iterator is run when its maps are read', async () => {
  const iterator = `
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
SEC("iter/task") int visit(struct bpf_iter__task *ctx)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&seen, &zero);

	if (value)
		*value += 1;
	return 0;
}`.replace('SEC("iter/task")', 'struct bpf_iter__task;\nSEC("iter/task")');
  await host.load(source('tasks', iterator));
  const [[, tasks] = []] = entriesOf<number, number>(host, 'tasks', 'seen');
  const threads = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  assert.ok(Number(tasks) >= threads - 5, `${tasks} tasks, ${threads} processes`);
});

test('xdp and tcx are attached to the interface, and xdp is replaced although only one fits', async () => {
  const counting = (section: string, pass: number) =>
    source(
      section.split('/')[0]!,
      `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
SEC("${section}") int f(void *ctx) { __u32 zero = 0; __u64 *value = bpf_map_lookup_elem(&seen, &zero); if (value) __sync_fetch_and_add(value, 1); return ${pass}; }`,
      { interface: 'lo' },
    );
  await host.load(counting('xdp', 2));
  await host.load(counting('tcx/ingress', -1));
  await host.replace(counting('xdp', 2));
  send(12);
  /* The datagrams, and the answers of the port that nobody listens on. */
  for (const name of ['xdp', 'tcx'])
    assert.ok(Number(entriesOf<number, number>(host, name, 'seen')[0]?.[1]) >= 12, name);
});

/** Resident memory, after what can be freed is. */
function residentMiB(): number {
  collectGarbage();
  return process.memoryUsage.rss() / 2 ** 20;
}

/** 1000 with NETGUARD_LONG=1: minutes. */
const TIMES = process.env.NETGUARD_LONG === '1' ? 1000 : 60;

test(`loading and unloading ${TIMES} times leaks no descriptor, memory or kernel object`, async () => {
  const object = await compiledCounter();
  const turn = async () => {
    await host.load(object);
    assert.equal((await samplesOf(host, 'counter')).length, 2);
    await host.unload('counter');
  };
  /* The heap of JavaScript grows to its working size first. */
  for (let i = 0; i < TIMES; i++) await turn();
  const descriptors = readdirSync('/proc/self/fd').length;
  const objects = heldBy('self');
  const all = existing();
  const memory = residentMiB();
  for (let i = 0; i < TIMES; i++) await turn();
  assert.equal(readdirSync('/proc/self/fd').length, descriptors);
  assert.deepEqual(heldBy('self'), objects);
  const growth = residentMiB() - memory;
  assert.ok(growth < 12, `grew by ${growth.toFixed(1)} MiB`);
  /* Others on this machine may load theirs meanwhile; TIMES of ours would stand out. */
  const ours = () => [...existing()].filter((each) => !all.has(each)).length;
  await waitFor(
    () => `${ours()} more kernel objects`,
    () => ours() < TIMES / 2,
  );
});

/** The counter with a variable and a ring buffer. */
const LOADED = `${COUNTER.replace('return 1', 'datagrams++;\n\treturn 1').replace('SEC("cgroup', '__u64 datagrams;\nSEC("cgroup')}
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } told SEC(".maps");`;

/** Its object: what is tried is loading, not clang. */
async function compiledCounter(): Promise<ProgramRequest> {
  const { compileProgram } = await import('../../packages/agent/src/programs/compile.ts');
  const { mkdtempSync, readFileSync, rmSync, writeFileSync } = await import('node:fs');
  const { programFile } = await import('../../packages/agent/src/programs/program-file.ts');
  const directory = mkdtempSync('/tmp/netguard-test-');
  try {
    const request = source('counter', LOADED, { cgroup: cgroup.path });
    writeFileSync(join(directory, 'counter.bpf.c'), request.file.content);
    const bytes = readFileSync(await compileProgram(directory, 'counter.bpf.c'));
    return { ...request, file: programFile('counter.bpf.o', bytes) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
