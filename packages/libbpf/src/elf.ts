import { BpfError } from './errors.ts';

const ELF_MAGIC = 0x464c457f;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const SECTION_HEADER_SIZE = 64;
const SHT_NOBITS = 8;

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOver(bytes).getUint32(0, true) === ELF_MAGIC;
}

/**
 * Contents of the named section of a 64-bit little-endian ELF file, as a window onto `file`; undefined when there is none.
 * Throws LIBBPF_ERR_BTF when the file is not such an ELF file or is cut short.
 */
export function elfSection(file: Uint8Array, name: string): Uint8Array | undefined {
  const view = viewOver(file);
  if (file.length < 64 || file[4] !== CLASS_64 || file[5] !== LITTLE_ENDIAN)
    throw malformed('not a 64-bit little-endian ELF file');
  const headers = Number(view.getBigUint64(0x28, true));
  const entrySize = view.getUint16(0x3a, true);
  const count = view.getUint16(0x3c, true);
  const namesIndex = view.getUint16(0x3e, true);
  if (entrySize < SECTION_HEADER_SIZE || namesIndex >= count || headers + count * entrySize > file.length) {
    throw malformed('the section headers lie outside the file');
  }
  const contents = (index: number): Uint8Array => {
    const header = headers + index * entrySize;
    if (view.getUint32(header + 4, true) === SHT_NOBITS) return file.subarray(0, 0);
    const offset = Number(view.getBigUint64(header + 24, true));
    const size = Number(view.getBigUint64(header + 32, true));
    if (offset + size > file.length) throw malformed(`section ${index} lies outside the file`);
    return file.subarray(offset, offset + size);
  };
  const names = contents(namesIndex);
  const wanted = new TextEncoder().encode(`${name}\0`);
  for (let index = 0; index < count; index++) {
    const start = view.getUint32(headers + index * entrySize, true);
    if (wanted.every((byte, at) => names[start + at] === byte)) return contents(index);
  }
  return undefined;
}

function viewOver(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function malformed(why: string): BpfError {
  return new BpfError('LIBBPF_ERR_BTF', 'reading an ELF file', why);
}
