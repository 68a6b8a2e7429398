import { readFileSync } from 'node:fs';
import { programError } from './program-error.ts';

const ACTIVE_MODULES = '/sys/kernel/security/lsm';

/**
 * A kernel takes `lsm` programs also where it never calls them: its list of active security modules has to name `bpf`. Throws
 * NG_ERR_PROGRAM_ATTACH for the first such function where it does not. `activeModules` gives the text of that list.
 */
export function checkBpfLsm(
  hooks: readonly { readonly name: string; readonly section: string }[],
  doing: string,
  activeModules: () => string = () => readFileSync(ACTIVE_MODULES, 'latin1'),
): void {
  const hook = hooks.find(({ section }) => /^lsm(?:\.s)?\//.test(section));
  if (hook === undefined) return;
  const active = orUndefined(activeModules)?.trim();
  if (active?.split(',').includes('bpf') === true) return;
  const found = active === undefined ? `${ACTIVE_MODULES} is not there` : `${ACTIVE_MODULES} says ${active}`;
  throw programError(
    'NG_ERR_PROGRAM_ATTACH',
    doing,
    `SEC("${hook.section}") of ${hook.name} would never be called: ${found}`,
    {
      hint:
        active === undefined
          ? 'The kernel needs CONFIG_BPF_LSM and lsm=…,bpf on its command line, and securityfs has to be mounted: mount -t securityfs securityfs /sys/kernel/security'
          : `Boot with lsm=${active},bpf on the kernel's command line (it needs CONFIG_BPF_LSM).`,
    },
  );
}

function orUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
