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

const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TACTICS).map(([name, id]) => [id, name]),
);

/** `TA0040` for `impact`; undefined for a name that ATT&CK does not have. */
export function tacticId(tactic: string): string | undefined {
  const name = tacticSlug(tactic);
  return Object.hasOwn(TACTICS, name) ? TACTICS[name] : undefined;
}

/** `credential-access`, also for `TA0006`. */
export function tacticSlug(tactic: string): string {
  return (Object.hasOwn(NAMES, tactic) ? NAMES[tactic] : undefined) ?? tactic;
}

/** `Credential Access`: ATT&CK's own spelling. */
export function tacticName(tactic: string): string {
  const words = tacticSlug(tactic).split('-');
  return words.map((word) => (word === 'and' ? word : word.charAt(0).toUpperCase() + word.slice(1))).join(' ');
}
