import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { peerUid } from './peer-uid.ts';

for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
  test(`the uid of who connects over ${host} is told`, async () => {
    const server = createServer().listen(0, host === '::ffff:127.0.0.1' ? '::' : host);
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, host.replace('::ffff:', ''));
    const [accepted] = (await once(server, 'connection')) as [Socket];
    assert.equal(peerUid(accepted), process.getuid?.());
    client.destroy();
    accepted.destroy();
    server.close();
  });
}

test('a connection that is not there has none', () => {
  assert.equal(peerUid({ remoteAddress: '127.0.0.1', remotePort: 1, localPort: 1 }), undefined);
  assert.equal(peerUid({ remoteAddress: undefined, remotePort: undefined, localPort: 1 }), undefined);
});
