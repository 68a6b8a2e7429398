import { BpfError, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { type LinkBacking, linkFromPointer } from './link-backing.ts';
import { type LinkInfo, linkInfo } from './link-info.ts';
import { logged } from './log.ts';
import { pinError } from './pin.ts';
import type { BpfProgram } from './program.ts';

/** A program on its hook. Closing it takes the program off, unless the link is pinned. */
export class BpfLink implements Disposable {
  /** What is attached where, for messages. */
  readonly name: string;
  readonly #backing: LinkBacking;
  readonly #parent: Set<BpfLink>;
  #closed = false;

  /** Links come from the attach methods of BpfProgram and from `fromPinned`. */
  constructor(name: string, backing: LinkBacking, siblings: Set<BpfLink>) {
    this.name = name;
    this.#backing = backing;
    this.#parent = siblings;
    siblings.add(this);
  }

  /** Opens a pinned link; closing it leaves the program attached as long as the pin exists. */
  static fromPinned(path: string): BpfLink {
    const { value, errno, log } = logged(() => libbpf.bpf_link__open(path));
    if (value === null)
      throw new BpfError('LIBBPF_ERR_PIN', `opening the pinned link ${path}`, errnoText(errno), { errno, log });
    return new BpfLink(path, linkFromPointer(value), new Set());
  }

  /** File descriptor of the link; it stays this package's to close. */
  get fd(): number {
    return this.backing('taking the file descriptor of').fd;
  }

  /** The kernel's id for the link; 0 for an attachment without link (see `attachCgroup`). */
  get id(): number {
    return this.backing('asking about').isLink ? this.info().id : 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  info(): LinkInfo {
    const backing = this.backing('asking about');
    if (!backing.isLink) throw noLink(`asking about ${this.name}`);
    return linkInfo(backing.fd, this.name);
  }

  /** Keeps the program attached beyond this process, until the file is removed. */
  pin(path: string): void {
    const backing = this.backing('pinning');
    if (!backing.isLink) throw noLink(`pinning ${this.name}`);
    const { value, log } = logged(() => backing.pin(path));
    if (value < 0) throw pinError(`pinning ${this.name} at ${path}`, path, -value, log);
  }

  /** Puts another program of the same type in place, with no packet or event in between missed. */
  update(program: BpfProgram): void {
    const result = this.backing('updating').update(program);
    if (result < 0) throw attachError(`updating ${this.name} to program ${program.name}`, -result);
  }

  /** Takes the program off even when the link is pinned or held by others. The link still has to be closed. */
  detach(): void {
    const result = this.backing('detaching').detach();
    if (result < 0) throw attachError(`detaching ${this.name}`, -result);
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parent.delete(this);
    this.#backing.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** For subclasses. Throws LIBBPF_ERR_CLOSED. */
  protected backing(verb: string): LinkBacking {
    if (!this.#closed) return this.#backing;
    throw new BpfError('LIBBPF_ERR_CLOSED', `${verb} ${this.name}`, 'the link was closed');
  }
}

function attachError(doing: string, errno: number): BpfError {
  return new BpfError('LIBBPF_ERR_ATTACH', doing, errnoText(errno), { errno });
}

function noLink(doing: string): BpfError {
  return new BpfError('LIBBPF_ERR_STATE', doing, 'it was attached without a BPF link', {
    hint: 'Attach it with mode link (Linux 5.7 and newer)',
  });
}
