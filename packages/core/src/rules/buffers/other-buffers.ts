import type { ApplicationFacts, DnsFacts, SshBanner, SshKeyExchange } from '../../payload/facts.ts';
import { type BufferDefinition, latin1 } from './buffer.ts';

/** Bytes of the first question's name as sent: its case is not kept in the facts. Undefined where it is compressed or cut off. */
function firstNameAsSent({ bytes, questions }: DnsFacts): Uint8Array | undefined {
  const length = questions[0]?.name.length ?? 0;
  const name = new Uint8Array(length);
  let written = 0;
  for (let at = 12; at < bytes.length; ) {
    const size = bytes[at]!;
    if (size === 0) return written === length ? name : undefined;
    if (size > 63 || at + size >= bytes.length || written + size + 1 > length + 1) return undefined;
    if (written > 0) name[written++] = 46;
    if (written + size > length) return undefined;
    name.set(bytes.subarray(at + 1, at + 1 + size), written);
    written += size;
    at += size + 1;
  }
  return undefined;
}

const DNS_QUERY: BufferDefinition = {
  name: 'dns.query',
  protocols: ['dns'],
  direction: 'to-server',
  isMulti: true,
  rarity: 2,
  read: (facts) => {
    if (facts.protocol !== 'dns' || facts.message !== 'query' || facts.questions.length === 0) return undefined;
    const first = firstNameAsSent(facts);
    return facts.questions.map(({ name }, index) => (index === 0 && first) || Buffer.from(name, 'latin1'));
  },
};

function ofBanner(name: string, read: (banner: SshBanner) => string): BufferDefinition {
  return {
    name,
    protocols: ['ssh'],
    direction: 'both',
    message: 'banner',
    rarity: 1,
    read: (facts) => (facts.protocol === 'ssh' && facts.message === 'banner' ? latin1(read(facts)) : undefined),
  };
}

function ofExchange(
  name: string,
  direction: 'to-server' | 'to-client',
  read: (exchange: SshKeyExchange) => string,
): BufferDefinition {
  return {
    name,
    protocols: ['ssh'],
    direction,
    message: 'key-exchange',
    foldsCase: true,
    rarity: 2,
    read: (facts: ApplicationFacts) =>
      facts.protocol === 'ssh' && facts.message === 'key-exchange' ? latin1(read(facts)) : undefined,
  };
}

/** Buffers of DNS and SSH. */
export const OTHER_BUFFERS: readonly BufferDefinition[] = [
  DNS_QUERY,
  ofBanner('ssh.proto', ({ protocolVersion }) => protocolVersion),
  ofBanner('ssh.software', ({ software }) => software),
  ofExchange('ssh.hassh', 'to-server', ({ hassh }) => hassh.hash),
  ofExchange('ssh.hassh.string', 'to-server', ({ hassh }) => hassh.text),
  ofExchange('ssh.hassh.server', 'to-client', ({ hassh }) => hassh.hash),
  ofExchange('ssh.hassh.server.string', 'to-client', ({ hassh }) => hassh.text),
];
