/** ATT&CK's numbers of its tactics, by the names that alerts use. */
const TACTICS: Readonly<Record<string, string>> = {
  reconnaissance: 'TA0043',
  'resource-development': 'TA0042',
  'initial-access': 'TA0001',
  execution: 'TA0002',
  persistence: 'TA0003',
  'privilege-escalation': 'TA0004',
  'defense-evasion': 'TA0005',
  'credential-access': 'TA0006',
  discovery: 'TA0007',
  'lateral-movement': 'TA0008',
  collection: 'TA0009',
  'command-and-control': 'TA0011',
  exfiltration: 'TA0010',
  impact: 'TA0040',
};

/** `TA0040` for `impact`; undefined for a name that ATT&CK does not have. */
export function tacticId(tactic: string): string | undefined {
  return Object.hasOwn(TACTICS, tactic) ? TACTICS[tactic] : undefined;
}

/** `Credential Access`: ATT&CK's own spelling. */
export function tacticName(tactic: string): string {
  const words = tactic.split('-').map((word) => (word === 'and' ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return words.join(' ');
}
