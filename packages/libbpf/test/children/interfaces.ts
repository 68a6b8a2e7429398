/** In a network namespace of its own: a veth pair with tcx at one end and xdp at the other: <kitchen> <tcx>. */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { type BpfError, BpfObject, ifindexOf } from '../../src/index.ts';

const ip = (command: string): void => void execFileSync('ip', command.split(' '));
ip('link add one type veth peer name two');
ip('addr add 10.77.0.1/24 dev one');
ip('link set one up');
ip('link set two up');
ip('neigh add 10.77.0.2 lladdr 02:00:00:00:00:02 dev one');

async function send(): Promise<void> {
  const socket = createSocket('udp4');
  for (let index = 0; index < 10; index++) {
    await new Promise<void>((resolve) => void socket.send('x', 9, '10.77.0.2', () => resolve()));
  }
  socket.close();
}

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return (error as BpfError).code;
  }
}

async function runsDuring(counting: BpfObject, action: () => Promise<void>): Promise<number> {
  const earlier = counting.getGlobal('runs') as number;
  await action();
  return (counting.getGlobal('runs') as number) - earlier;
}

const object = BpfObject.open(process.argv[2]!);
object.load();
const tcxObject = BpfObject.open(process.argv[3]!);
tcxObject.load();
const tcx = tcxObject.program('count_tcx').attachTcx(ifindexOf('one'));
const seenByTcx = await runsDuring(tcxObject, send);
const types = [`${tcx.info().type} ${tcx.info().attachType}`];
tcx.close();
const xdp = object.program('pass').attachXdp(ifindexOf('two'));
const seenByXdp = await runsDuring(object, send);
types.push(`${xdp.info().type} ${xdp.info().attachType}`);
const second = codeOf(() => object.program('pass').attachXdp(ifindexOf('two')));
xdp.close();
const afterClose = await runsDuring(object, send);
const missing = codeOf(() => tcxObject.program('count_tcx').attachTcx(9999));
const unknown = codeOf(() => ifindexOf('nope'));
object.close();
tcxObject.close();
process.stdout.write(JSON.stringify({ tcx: seenByTcx, xdp: seenByXdp, second, missing, unknown, types, afterClose }));
