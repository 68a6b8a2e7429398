import { NetGuardError, type NetGuardErrorCode } from '@netguard/core';
import { BpfError } from '@netguard/libbpf';
import { verifierPlace } from './verifier-place.ts';

/** Long texts (a compiler's output, the verifier's log) are cut to so many characters, at their end, where the objection is. */
const LONGEST_DETAIL = 8192;

const EOPNOTSUPP = 95;
const NO_KPROBES =
  'This kernel has no kprobes (CONFIG_KPROBES), or no function of that name: use a tracepoint (tp_btf) instead.';

const NO_TRAMPOLINES =
  'A kernel that cannot trace its functions refuses fentry, fexit, fmod_ret and kprobe.multi so, whoever asks: use a tracepoint (tp_btf) instead.';
const NO_FPROBE =
  'This kernel has no kprobe.multi (CONFIG_FPROBE): use kprobe for each function, or a tracepoint (tp_btf).';
const ON_FPROBE = /^k(?:ret)?probe\.(?:multi|session)\//;
const ON_TRAMPOLINES = /^(?:fentry|fexit|fmod_ret|k(?:ret)?probe\.multi|kprobe\.session)\b/;

/** What a user's own program was refused for. `file` is the name they gave. */
export function programError(
  code: NetGuardErrorCode,
  doing: string,
  why: string,
  more: { readonly hint?: string; readonly detail?: string } = {},
): NetGuardError {
  const { hint, detail } = more;
  return new NetGuardError(code, doing, {
    cause: why,
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail: detail.slice(-LONGEST_DETAIL) }),
  });
}

/**
 * An error of libbpf in the user's terms: their file instead of our `paths`, and the line that the verifier stopped at.
 * `sections` are those of the functions that may have been refused.
 */
export function refusal(
  error: unknown,
  doing: string,
  paths: readonly string[],
  sections: readonly string[],
): NetGuardError {
  if (error instanceof NetGuardError) return error;
  if (!(error instanceof BpfError)) return programError('NG_ERR_PROGRAM_LOAD', doing, String(error));
  const place = error.code === 'LIBBPF_ERR_VERIFIER' ? verifierPlace(error.verifierLog ?? '') : undefined;
  const at = place === undefined ? '' : `${place}: `;
  let why = error.message.replace('. The whole log is in verifierLog', '');
  for (const path of paths) why = why.replace(`loading ${path}: `, '').replace(`opening ${path}: `, '');
  for (const path of paths) why = why.replaceAll(path, 'the program');
  why = why.replace('set autoload to false to do without it', 'SEC("?…") leaves a function out');
  const detail = error.verifierLog;
  const hint = hintFor(error, why, sections);
  return programError('NG_ERR_PROGRAM_LOAD', doing, `${at}${why}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
  });
}

function hintFor({ code, errno }: BpfError, why: string, sections: readonly string[]): string | undefined {
  if (/legacy kprobe/.test(why)) return NO_KPROBES;
  if (/not a (?:proper ELF|valid eBPF) object/.test(why))
    return 'It must be compiled for BPF: clang -target bpf -O2 -g.';
  if (/^BTF is required/.test(why)) return 'Compile it with -g: the types of its maps are in there.';
  if (errno === EOPNOTSUPP && sections.some((section) => ON_FPROBE.test(section))) return NO_FPROBE;
  const isRefused = code === 'LIBBPF_ERR_PRIVILEGE' && /this process has them/.test(why);
  return isRefused && sections.some((section) => ON_TRAMPOLINES.test(section)) ? NO_TRAMPOLINES : undefined;
}
