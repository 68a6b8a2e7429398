import type { Detector } from '../detector.ts';
import { ReverseShellInstance } from './instance.ts';
import { reverseShellParameters } from './parameters.ts';
import { REVERSE_SHELL_MITRE } from './report.ts';

/** A shell at the wrong end of a connection. docs/detectors/reverse-shell.md. */
export const reverseShell: Detector<typeof reverseShellParameters> = {
  id: 'reverse-shell',
  category: 'malware',
  mitre: REVERSE_SHELL_MITRE,
  default: 'alert',
  description:
    'a connection on which the server types commands and the pod that opened it answers as a shell; or a shell on a port',
  parameters: reverseShellParameters,
  needs: ['application'],
  observes: ['application', 'connection'],
  observesConnection: ({ role, isOutside, isEstablished }) => role === 'client' && isOutside && isEstablished,
  create: (parameters, context) => new ReverseShellInstance(parameters, context),
};
