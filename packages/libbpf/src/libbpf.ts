import { BpfError } from './errors.ts';
import { bindLazily, type Library, openLibrary } from './ffi.ts';
import { withProcessLock } from './libc.ts';

/**
 * The functions of libbpf.so.1 that are used; parameters in the order of <bpf/libbpf.h> and <bpf/bpf.h>. Integer results below
 * 0 are negated errno values; functions that return a pointer return NULL and set errno.
 */
export const libbpf = bindLazily(
  {
    libbpf_major_version: ['uint32_t'],
    libbpf_minor_version: ['uint32_t'],
    libbpf_version_string: ['str'],
    libbpf_set_print: ['void *', 'void *'],
    libbpf_num_possible_cpus: ['int'],
    libbpf_set_memlock_rlim: ['int', 'size_t'],
    libbpf_bpf_prog_type_str: ['str', 'int'],
    libbpf_bpf_map_type_str: ['str', 'int'],
    libbpf_bpf_attach_type_str: ['str', 'int'],
    libbpf_bpf_link_type_str: ['str', 'int'],
    libbpf_probe_bpf_prog_type: ['int', 'int', 'void *'],
    libbpf_probe_bpf_map_type: ['int', 'int', 'void *'],
    libbpf_probe_bpf_helper: ['int', 'int', 'int', 'void *'],

    bpf_object__open_file: ['void *', 'str', 'void *'],
    bpf_object__load: ['int', 'void *'],
    bpf_object__close: ['void', 'void *'],
    bpf_object__name: ['str', 'void *'],
    bpf_object__btf: ['void *', 'void *'],
    bpf_object__next_map: ['void *', 'void *', 'void *'],
    bpf_object__next_program: ['void *', 'void *', 'void *'],
    btf__raw_data: ['void *', 'void *', 'void *'],

    bpf_map__name: ['str', 'void *'],
    bpf_map__fd: ['int', 'void *'],
    bpf_map__type: ['int', 'void *'],
    bpf_map__key_size: ['uint32_t', 'void *'],
    bpf_map__value_size: ['uint32_t', 'void *'],
    bpf_map__max_entries: ['uint32_t', 'void *'],
    bpf_map__set_max_entries: ['int', 'void *', 'uint32_t'],
    bpf_map__map_flags: ['uint32_t', 'void *'],
    bpf_map__btf_key_type_id: ['uint32_t', 'void *'],
    bpf_map__btf_value_type_id: ['uint32_t', 'void *'],
    bpf_map__is_internal: ['bool', 'void *'],
    bpf_map__initial_value: ['void *', 'void *', 'void *'],
    bpf_map__reuse_fd: ['int', 'void *', 'int'],
    bpf_map__set_inner_map_fd: ['int', 'void *', 'int'],
    bpf_map__set_autocreate: ['int', 'void *', 'bool'],
    bpf_map__pin_path: ['void *', 'void *'],
    bpf_map__set_pin_path: ['int', 'void *', 'void *'],

    bpf_program__name: ['str', 'void *'],
    bpf_program__section_name: ['str', 'void *'],
    bpf_program__fd: ['int', 'void *'],
    bpf_program__type: ['int', 'void *'],
    bpf_program__expected_attach_type: ['int', 'void *'],
    bpf_program__autoload: ['bool', 'void *'],
    bpf_program__set_autoload: ['int', 'void *', 'bool'],
    bpf_program__attach: ['void *', 'void *'],
    bpf_program__attach_cgroup: ['void *', 'void *', 'int'],
    bpf_program__attach_tcx: ['void *', 'void *', 'int', 'void *'],
    bpf_program__attach_perf_event: ['void *', 'void *', 'int'],
    bpf_program__attach_iter: ['void *', 'void *', 'void *'],

    bpf_link__fd: ['int', 'void *'],
    bpf_link__pin: ['int', 'void *', 'str'],
    bpf_link__unpin: ['int', 'void *'],
    bpf_link__update_program: ['int', 'void *', 'void *'],
    bpf_link__detach: ['int', 'void *'],
    bpf_link__destroy: ['int', 'void *'],
    bpf_link__open: ['void *', 'str'],

    bpf_link_create: ['int', 'int', 'int', 'int', 'void *'],
    bpf_link_update: ['int', 'int', 'int', 'void *'],
    bpf_link_detach: ['int', 'int'],
    bpf_iter_create: ['int', 'int'],
    bpf_prog_attach: ['int', 'int', 'int', 'int', 'uint32_t'],
    bpf_prog_detach2: ['int', 'int', 'int', 'int'],
    bpf_prog_query: ['int', 'int', 'int', 'uint32_t', 'void *', 'void *', 'void *'],
    bpf_prog_test_run_opts: ['int', 'int', 'void *'],
    bpf_prog_get_fd_by_id: ['int', 'uint32_t'],
    bpf_map_get_fd_by_id: ['int', 'uint32_t'],
    bpf_btf_get_fd_by_id: ['int', 'uint32_t'],
    bpf_obj_get_info_by_fd: ['int', 'int', 'void *', 'void *'],
    bpf_obj_pin: ['int', 'int', 'str'],
    bpf_obj_get: ['int', 'str'],
    bpf_enable_stats: ['int', 'int'],

    bpf_map_lookup_elem: ['int', 'int', 'void *', 'void *'],
    bpf_map_lookup_and_delete_elem: ['int', 'int', 'void *', 'void *'],
    bpf_map_update_elem: ['int', 'int', 'void *', 'void *', 'uint64_t'],
    bpf_map_delete_elem: ['int', 'int', 'void *'],
    bpf_map_get_next_key: ['int', 'int', 'void *', 'void *'],
    bpf_map_lookup_batch: ['int', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
    bpf_map_lookup_and_delete_batch: ['int', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
    bpf_map_update_batch: ['int', 'int', 'void *', 'void *', 'void *', 'void *'],
    bpf_map_delete_batch: ['int', 'int', 'void *', 'void *', 'void *'],
  },
  open,
  (name, cause) =>
    new BpfError('LIBBPF_ERR_VERSION', `calling ${name}()`, 'the installed libbpf does not have it', {
      hint: `Install libbpf ${INTRODUCED.get(name) ?? '1.0'} or newer`,
      cause,
    }),
);

/** Release that brought a function, for those newer than 1.0. */
const INTRODUCED: ReadonlyMap<string, string> = new Map([['bpf_program__attach_tcx', '1.3']]);

let handle: Library | undefined;
function open(): Library {
  if (handle) return handle;
  requirePlatform();
  const path = process.env.LIBBPF_LIBRARY || 'libbpf.so.1';
  try {
    handle = openLibrary(path);
  } catch (cause) {
    throw new BpfError('LIBBPF_ERR_LIBRARY', `loading ${path}`, firstLine(cause), { hint: INSTALL, cause });
  }
  // libbpf prints to stderr until told otherwise; the lock keeps this from cutting off a thread that is collecting (log.ts).
  withProcessLock(() => libbpf.libbpf_set_print(null));
  return handle;
}

const INSTALL =
  'Install libbpf 1.x (Debian, Ubuntu 24.04, openSUSE: libbpf1; Fedora, RHEL, Alpine, Arch: libbpf; ' +
  'Ubuntu 22.04 has only libbpf.so.0, which is too old), or set LIBBPF_LIBRARY to its path';

function requirePlatform(): void {
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  const wide = ['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch);
  if (process.platform === 'linux' && littleEndian && wide) return;
  throw new BpfError(
    'LIBBPF_ERR_PLATFORM',
    'loading libbpf',
    `${process.platform} on ${process.arch} is not supported`,
    {
      hint: 'It needs a 64-bit little-endian Linux',
    },
  );
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!.trim();
}
