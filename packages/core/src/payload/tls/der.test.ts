import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentOf, derChildren, dottedObject, readDer } from './der.ts';

const read = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex');
  return readDer(bytes, 0, bytes.length);
};

describe('DER', () => {
  it('is read with short and long lengths', () => {
    assert.deepEqual([...contentOf(read('0402aabb')!)], [0xaa, 0xbb]);
    assert.equal(contentOf(read(`048180${'00'.repeat(128)}`)!).length, 128);
    assert.equal(contentOf(read('0484000000011f')!)[0], 0x1f);
  });

  it('is nothing with an indefinite length, one beyond the end, or a tag of several bytes', () => {
    assert.equal(read('30800000'), undefined);
    assert.equal(read('0403aabb'), undefined);
    assert.equal(read('0485000000000100'), undefined);
    assert.equal(read('1f810100'), undefined);
    assert.equal(read('30'), undefined);
  });

  it('gives the children that can be read, as many as are asked for', () => {
    const parent = read('3009020101020102040500')!;
    assert.deepEqual(
      [...derChildren(parent, 9)].map(({ tag }) => tag),
      [2, 2],
    );
    assert.equal([...derChildren(parent, 1)].length, 1);
  });

  it('shows object identifiers with dots', () => {
    assert.equal(dottedObject(read('0603550403')!), '2.5.4.3');
    assert.equal(dottedObject(read('06092a864886f70d010901')!), '1.2.840.113549.1.9.1');
    assert.equal(dottedObject(read('0603883703')!), '2.999.3');
    assert.equal(dottedObject(read('020103')!), '');
  });

  it('never leaves its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const element = readDer(bytes, 0, bytes.length);
        if (element === undefined) return;
        assert.ok(element.start <= element.end && element.end <= bytes.length);
        for (const child of derChildren(element, 100))
          assert.ok(child.from >= element.start && child.end <= element.end);
      }),
      { numRuns: 1000 },
    );
  });
});
