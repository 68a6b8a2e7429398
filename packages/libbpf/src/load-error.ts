import { BpfError, ERRNO, errnoText } from './errors.ts';
import { libbpfReason, verifierPart } from './log.ts';
import { missingCapabilities, privilegeError } from './privilege.ts';

/** Why a load was refused: the verifier, a missing capability, or what libbpf says. */
export function loadError(doing: string, errno: number, log: string): BpfError {
  const verifier = verifierPart(log);
  if (verifier) {
    const missing = missingCapabilities(['CAP_BPF', 'CAP_PERFMON']);
    const why = `the verifier rejected program ${verifier.program}: ${verifier.reason}`;
    const hint =
      missing.length > 0 ? `It is stricter without ${missing.join(', ')}` : 'The whole log is in verifierLog';
    return new BpfError('LIBBPF_ERR_VERIFIER', doing, why, { errno, log, hint });
  }
  if (errno === ERRNO.EPERM) return privilegeError(doing, { errno, log });
  const hint = hintFor(errno, log);
  const reason = libbpfReason(log);
  const why = reason ? `${errnoText(errno)}, ${reason}` : errnoText(errno);
  return new BpfError('LIBBPF_ERR_LOAD', doing, why, { errno, log, ...(hint ? { hint } : {}) });
}

function hintFor(errno: number, log: string): string | undefined {
  if (/failed to find valid kernel BTF|kernel BTF is missing/.test(log)) {
    return 'This kernel carries no type information; it needs CONFIG_DEBUG_INFO_BTF';
  }
  if (/failed to find kernel BTF type ID|is not found in .*BTF/.test(log)) {
    return 'What the program attaches to does not exist in this kernel; set autoload to false to do without it';
  }
  if (/missing BPF prog type, check ELF section name/.test(log)) {
    return 'This libbpf does not know the section (tcx needs 1.3): install a newer one, or set autoload to false to do without it';
  }
  if (errno === ERRNO.ENOMEM) return 'Give the maps fewer entries or the machine more memory';
  if (/Error in bpf_create_map|failed to create/.test(log) && errno === ERRNO.EINVAL) {
    return 'This kernel may not know the type of the map, or its sizes or flags are not valid';
  }
  return undefined;
}
