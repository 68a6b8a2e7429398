import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SshBanner, SshKeyExchange } from '../facts.ts';
import { bytesOf, joined } from '../testing/bytes.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { sshKeyExchange } from '../testing/ssh-packets.ts';
import { parseSsh } from './parse-ssh.ts';

const BANNER = bytesOf('SSH-2.0-OpenSSH_9.6p1 Ubuntu-3\r\n');
const keyExchange = (stream: Uint8Array, toServer?: boolean): SshKeyExchange =>
  parseSsh(stream, toServer)[1] as SshKeyExchange;

describe('parseSsh', () => {
  it('reads a banner: version, software, comments', () => {
    const [banner] = parseSsh(BANNER, true) as [SshBanner];
    assert.deepEqual(banner, {
      protocol: 'ssh',
      message: 'banner',
      line: 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3',
      protocolVersion: '2.0',
      software: 'OpenSSH_9.6p1',
      comments: 'Ubuntu-3',
    });
    assert.equal((parseSsh(bytesOf('hello\nSSH-1.99-x-y\n'), false)[0] as SshBanner).software, 'x-y');
  });

  it("hashes the sender's own lists", () => {
    const stream = joined(BANNER, sshKeyExchange());
    const client = 'curve25519-sha256,diffie-hellman-group14-sha256;aes128-ctr,aes256-ctr;hmac-sha2-256;none,zlib';
    assert.equal(keyExchange(stream, true).hassh.text, client);
    assert.equal(keyExchange(stream, undefined).hassh.text, client);
    const server = keyExchange(stream, false);
    assert.equal(
      server.hassh.text,
      'curve25519-sha256,diffie-hellman-group14-sha256;aes256-gcm@openssh.com;hmac-sha1;none',
    );
    assert.deepEqual(
      [server.encryption, server.macs, server.hostKeys],
      [['aes256-gcm@openssh.com'], ['hmac-sha1'], ['ssh-ed25519', 'rsa-sha2-256']],
    );
  });

  it('waits until the offer is whole', () => {
    const stream = joined(BANNER, sshKeyExchange());
    const needed = Array.from(
      { length: stream.length + 1 },
      (_, length) => parseSsh(stream.subarray(0, length), true).length,
    );
    assert.deepEqual([...new Set(needed)], [0, 1, 2]);
    assert.equal(needed[BANNER.length - 1], 0);
    assert.equal(needed[BANNER.length], 1);
  });

  it('is not SSH: no line, a line that is too long, no end of it, too many before it', () => {
    const no = [
      '',
      'SSH-',
      'SSH-2.0\r\n',
      'SSH-2.0-x',
      `SSH-2.0-${'x'.repeat(300)}\r\n`,
      `${'a\n'.repeat(20)}SSH-2.0-x\r\n`,
      'GET / HTTP/1.1\r\n',
    ];
    for (const line of no) assert.deepEqual(parseSsh(bytesOf(line), true), [], line);
  });

  it('does not trust lengths', () => {
    for (const at of [0, 1, 2, 22, 23, 24]) {
      const packet = sshKeyExchange();
      packet[at] = 0xff;
      const facts = parseSsh(joined(BANNER, packet), true);
      assert.equal(facts.length, 1, String(at));
    }
  });

  it('gives the HASSH and HASSHServer that Wireshark gives of real connections', { skip: noCorpus }, () => {
    const expected: readonly (readonly [file: string, client: string, server: string])[] = [
      ['benign/arkime_ssh2.pcap', '21b457a327ce7a2d4fce5ef2c42400bd', 'f430cd6761697a6a658ee1d45ed22e49'],
      ['benign/zeek_ssh_single_conn.pcap', 'c4fd9343cba76d12f0dd523fbe7c4da1', 'f430cd6761697a6a658ee1d45ed22e49'],
      ['bruteforce/zeek_sshguess.pcap', '1f120ecfc2c57fbdeaf66b93a3bf26ee', '3711ee816d3ea9975d96c39c31c54299'],
    ];
    for (const [file, client, server] of expected) {
      const ends = captured(file);
      assert.ok(ends.length >= 2);
      for (const { bytes, toServer } of ends) {
        assert.equal(keyExchange(bytes, toServer).hassh.hash, toServer ? client : server, file);
      }
    }
  });
});
