/** What else of the machine matters. */
import type { PatternSearch } from '../vectorscan/choose-multi-pattern.ts';
import { type DoctorCheck, degraded, missing, passed } from './report.ts';

export function libbpfCheck(found: string | Error): DoctorCheck {
  const head = { id: 'libbpf', title: 'libbpf', required: true };
  if (found instanceof Error) {
    return missing(
      head,
      found.message,
      'everything: programs are loaded by it',
      'Debian and Ubuntu 24.04: apt-get install libbpf1. Fedora, RHEL, Alpine: install libbpf.',
    );
  }
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major >= 1)
    return passed(head, `${found}${major === 1 && minor < 3 ? ' (no tcx, which nothing needs yet)' : ''}`);
  return missing(
    head,
    `${found} is too old`,
    'everything',
    'Install libbpf 1.0 or newer (Debian: apt-get install libbpf1).',
  );
}

export function objectsCheck(found: string | Error): DoctorCheck {
  const head = { id: 'objects', title: 'Compiled kernel programs', required: true };
  if (!(found instanceof Error)) return passed(head, found);
  return missing(
    head,
    found.message,
    'everything',
    'Build them with `npm run build:bpf` (needs clang and libbpf-dev), or set sources.ebpf.objectDir.',
  );
}

export function hostPidsCheck(visible: boolean): DoctorCheck {
  const head = { id: 'host-pids', title: "Host's PID namespace", required: false };
  if (visible) return passed(head, 'visible');
  return missing(
    head,
    'not visible: /proc shows another PID namespace',
    'connections that are open already are found only when they next send (preexistingSockets: partial), and without their process',
    'Kubernetes: hostPID: true. Docker: --pid=host.',
  );
}

export function bpffsCheck(mounted: boolean): DoctorCheck {
  const head = { id: 'bpffs', title: 'bpf file system', required: false };
  return passed(head, mounted ? '/sys/fs/bpf' : 'not mounted; not needed, nothing is pinned');
}

export function portCheck(listen: string, error: NodeJS.ErrnoException | undefined): DoctorCheck {
  const head = { id: 'port', title: 'HTTP port', required: false };
  if (!error) return passed(head, `${listen} is free`);
  if (error.code === 'EADDRINUSE') {
    return missing(
      head,
      `${listen} is in use`,
      'a second NetGuard cannot start there',
      'If it is NetGuard that runs, all is well; else set server.listen (--listen) to another port.',
    );
  }
  return missing(
    head,
    `${listen}: ${error.message}`,
    'the HTTP server cannot start',
    'Set server.listen to an address of this machine and a port above 1023.',
  );
}

export function stateDirCheck(directory: string, error: Error | undefined): DoctorCheck {
  const head = { id: 'state-dir', title: 'State directory', required: false };
  if (!error) return passed(head, `${directory} can be written`);
  return degraded(
    head,
    `${directory}: ${error.message}`,
    'open alerts do not survive a restart',
    'Make it writable, or set stateDir.',
  );
}

/** Which search looks for the patterns of rules. Both find the same; which it is matters where there are rules. */
export function patternSearchCheck(
  { engine, note }: Pick<PatternSearch, 'engine' | 'note'>,
  hasRules: boolean,
): DoctorCheck {
  const head = { id: 'pattern-search', title: 'Pattern search of rules', required: false };
  if (engine === 'vectorscan' || !hasRules) return passed(head, note);
  return degraded(
    head,
    note,
    'speed only: matching many rules takes more processor time',
    'Debian and Ubuntu: apt-get install libvectorscan5. Elsewhere: hyperscan or vectorscan 5.',
  );
}
