/** A name server that answers any question by its type: TXT with a long text, A with an address, and NXDOMAIN to what ends in `missing`. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { missing = [] } = settings<{ missing?: readonly string[] }>();
const HEADER = 12;
const [A, TXT] = [1, 16];
const NXDOMAIN = 3;

function nameOf(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function dataOf(type: number): Buffer {
  if (type === A) return Buffer.from([198, 51, 100, 9]);
  const text = `v=DKIM1; k=rsa; p=${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA'.repeat(5)}`.slice(0, 255);
  return Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1');
}

const socket = createSocket('udp4', (message, { port, address }) => {
  const { name, end } = nameOf(message);
  const type = message.readUInt16BE(end);
  const isMissing = missing.some((suffix) => name.endsWith(suffix));
  const head = Buffer.from(message.subarray(0, end + 4));
  head.writeUInt16BE(0x8180 | (isMissing ? NXDOMAIN : 0), 2);
  const answers = !isMissing && (type === A || type === TXT) ? 1 : 0;
  head.writeUInt16BE(answers, 6);
  head.writeUInt32BE(0, 8);
  if (answers === 0) return socket.send(head, port, address);
  const data = dataOf(type);
  const record = Buffer.from([0xc0, HEADER, 0, type, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]);
  socket.send(Buffer.concat([head, record, data]), port, address);
});
socket.bind(53);
await once(socket, 'listening');
say({ ready: true });
onStop(() => process.exit(0));
