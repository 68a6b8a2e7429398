import { closeSync } from 'node:fs';
import {
  attach,
  attachToCgroup,
  attachToCpuClock,
  attachToIterator,
  attachToTcx,
  attachToXdp,
  type IteratorTarget,
} from './attach.ts';
import { openCgroup } from './cgroup.ts';
import { BpfError } from './errors.ts';
import type { Pointer } from './ffi.ts';
import { BpfIterator } from './iterator.ts';
import { libbpf } from './libbpf.ts';
import { BpfLink } from './link.ts';
import { onlineCpus } from './perf-event.ts';
import { pinFd, unpinPath } from './pin.ts';
import { type ProgramInfo, programInfo } from './program-info.ts';
import { type TestRunOptions, type TestRunResult, testRun } from './test-run.ts';

/** Shared between a program and its object. */
export interface ProgramState {
  /** -1 until loaded. */
  fd: number;
  closed: boolean;
  readonly pointer: Pointer;
  readonly owner: string;
  /** Open links, which are closed with the object. */
  readonly links: Set<BpfLink>;
}

/** One SEC() function of an object. */
export class BpfProgram {
  readonly name: string;
  /** What follows SEC, such as `tp_btf/inet_sock_set_state`. */
  readonly section: string;
  readonly #state: ProgramState;

  /** Programs come from BpfObject. */
  constructor(name: string, section: string, state: ProgramState) {
    this.name = name;
    this.section = section;
    this.#state = state;
  }

  /** A number of `enum bpf_prog_type`. */
  get type(): number {
    return libbpf.bpf_program__type(this.pointer);
  }

  /** A number of `enum bpf_attach_type`: the hook that the section name asks for. */
  get attachType(): number {
    return libbpf.bpf_program__expected_attach_type(this.pointer);
  }

  /** Whether the object's load loads this program. Settable before. */
  get autoload(): boolean {
    return libbpf.bpf_program__autoload(this.pointer);
  }

  set autoload(autoload: boolean) {
    const result = libbpf.bpf_program__set_autoload(this.pointer, autoload);
    if (result < 0) {
      throw new BpfError('LIBBPF_ERR_STATE', this.#doing('setting autoload of'), 'the object is loaded', {
        errno: -result,
      });
    }
  }

  /** File descriptor of the loaded program; it stays this package's to close. */
  get fd(): number {
    const { fd } = this.#state;
    if (fd >= 0 && !this.#state.closed) return fd;
    this.#open('using');
    throw new BpfError('LIBBPF_ERR_STATE', this.#doing('using'), 'it is not loaded', {
      hint: 'Call load() first, with autoload on',
    });
  }

  /** libbpf's program, for the other classes of this package. Throws LIBBPF_ERR_CLOSED. */
  get pointer(): Pointer {
    this.#open('using');
    return this.#state.pointer;
  }

  /** Attaches to the hook named by the section: tracepoints, tp_btf, raw_tp, fentry, kprobe, netfilter, … */
  attach(): BpfLink {
    this.#ready();
    return this.#link(this.section, attach(this));
  }

  /**
   * Attaches to a cgroup, given by path or by a descriptor that stays the caller's, beside programs of others.
   * `mode`: 'link' (default) lives as long as the link; 'attach' is the way of kernels before 5.7, taken by itself there.
   * Throws LIBBPF_ERR_EXCLUSIVE naming who shuts others out, LIBBPF_ERR_PRIVILEGE, LIBBPF_ERR_ATTACH.
   */
  attachCgroup(cgroup: string | number, options: { mode?: 'link' | 'attach' } = {}): BpfLink {
    this.#ready();
    const fd = typeof cgroup === 'number' ? cgroup : openCgroup(cgroup);
    try {
      return this.#link(`cgroup ${cgroup}`, attachToCgroup(this, fd, cgroup, options.mode ?? 'link'));
    } finally {
      if (typeof cgroup === 'string') closeSync(fd);
    }
  }

  /** Attaches a `tcx/ingress` or `tcx/egress` program to an interface. Needs Linux 6.6 and libbpf 1.3. */
  attachTcx(ifindex: number): BpfLink {
    this.#ready();
    return this.#link(`interface ${ifindex}`, attachToTcx(this, ifindex));
  }

  /** Attaches an `xdp` program to an interface. `flags`: 0 the driver's choice, or one of XDP_FLAG. One program an interface. */
  attachXdp(ifindex: number, flags = 0): BpfLink {
    this.#ready();
    return this.#link(`interface ${ifindex}`, attachToXdp(this, ifindex, flags));
  }

  /**
   * Attaches a `perf_event` program to the software clock of each CPU that is online: it runs `frequencyHz` times a second on those
   * that are busy, whatever runs there. One link a CPU. Needs CAP_PERFMON.
   */
  attachCpuClock(frequencyHz: number): BpfLink[] {
    this.#ready();
    const links: BpfLink[] = [];
    try {
      for (const cpu of onlineCpus())
        links.push(this.#link(`the clock of CPU ${cpu}`, attachToCpuClock(this, cpu, frequencyHz)));
      return links;
    } catch (error) {
      for (const link of links) link.close();
      throw error;
    }
  }

  /** Attaches an `iter/*` program. `map` for iterators over a map's elements, `pid` to visit one process's tasks. */
  attachIterator(options: IteratorTarget = {}): BpfIterator {
    this.#ready();
    return new BpfIterator(`${this.name} on ${this.section}`, attachToIterator(this, options), this.#state.links);
  }

  /** Runs the program in the kernel on data of ours, without attaching it. Not every type of program can. */
  testRun(options: TestRunOptions = {}): TestRunResult {
    return testRun(this.fd, this.name, options);
  }

  info(): ProgramInfo {
    return programInfo(this.fd, `program ${this.name}`);
  }

  pin(path: string): void {
    pinFd(this.fd, path, `program ${this.name}`);
  }

  unpin(path: string): void {
    unpinPath(path, `program ${this.name}`);
  }

  #link(target: string, backing: ConstructorParameters<typeof BpfLink>[1]): BpfLink {
    return new BpfLink(`${this.name} on ${target}`, backing, this.#state.links);
  }

  #ready(): void {
    void this.fd;
  }

  #open(verb: string): void {
    if (this.#state.closed)
      throw new BpfError('LIBBPF_ERR_CLOSED', this.#doing(verb), `${this.#state.owner} was closed`);
  }

  #doing(verb: string): string {
    return `${verb} program ${this.name}`;
  }
}
