import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ja3, ja3s } from './ja3.ts';

/** Those that the project's README prints (github.com/salesforce/ja3). */
describe('JA3', () => {
  it('is the published one of a hello', () => {
    const found = ja3({
      version: 769,
      ciphers: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
      extensions: [0, 10, 11],
      groups: [23, 24, 25],
      pointFormats: [0],
    });
    assert.equal(found.text, '769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0');
    assert.equal(found.hash, 'ada70206e40642a3e4461f35503241d5');
  });

  it('keeps its commas without extensions', () => {
    const ciphers = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99];
    const found = ja3({ version: 769, ciphers, extensions: [], groups: [], pointFormats: [] });
    assert.equal(found.text, '769,4-5-10-9-100-98-3-6-19-18-99,,,');
    assert.equal(found.hash, 'de350869b8c85de67a350c8d186f11e6');
  });

  it('leaves GREASE out of ciphers, extensions and groups', () => {
    const found = ja3({
      version: 771,
      ciphers: [0x1a1a, 1],
      extensions: [0xfafa, 2],
      groups: [0x0a0a, 3],
      pointFormats: [0],
    });
    assert.equal(found.text, '771,1,2,3,0');
  });

  it('of a server is the one that Wireshark 4.4 shows (AsyncRAT)', () => {
    const found = ja3s(769, 49172, [23, 65281]);
    assert.equal(found.text, '769,49172,23-65281');
    assert.equal(found.hash, 'b74704234e6128f33bff9865696e31b3');
  });
});
