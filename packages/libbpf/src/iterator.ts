import { BpfError, ERRNO, errnoText } from './errors.ts';
import { lastErrno } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { BpfLink } from './link.ts';

/** The kernel fills at most 8 pages a read. */
const BUFFER_BYTES = 64 * 1024;

/** An `iter/*` program on its target: each `run` visits every object once. */
export class BpfIterator extends BpfLink {
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  /** One pass. What the program writes with bpf_seq_write is read and dropped; returns its bytes. Throws LIBBPF_ERR_SYSTEM. */
  run(): number {
    return this.#pass(undefined);
  }

  /** One pass; returns what the program wrote. */
  read(): Uint8Array {
    const chunks: Uint8Array[] = [];
    const total = this.#pass((length) => chunks.push(this.#buffer.slice(0, length)));
    const all = new Uint8Array(total);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  #pass(onChunk: ((length: number) => void) | undefined): number {
    const doing = `iterating with ${this.name}`;
    const fd = libbpf.bpf_iter_create(this.backing('iterating with').fd);
    if (fd < 0) throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(-fd), { errno: -fd });
    try {
      let total = 0;
      for (;;) {
        const length = libc.read(fd, this.#buffer, BUFFER_BYTES);
        const errno = length < 0 ? lastErrno() : 0;
        if (length === 0) return total;
        if (length > 0) {
          total += length;
          onChunk?.(length);
        } else if (errno !== ERRNO.EAGAIN && errno !== ERRNO.EINTR) {
          throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(errno), { errno });
        }
      }
    } finally {
      libc.close(fd);
    }
  }
}
