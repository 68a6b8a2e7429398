import type { Contact } from '../../contacts/contact.ts';
import type { ProbeShape } from '../../observation.ts';

/** `ack` is an ACK or a window scan, which differ only in what the scanner reads from the answer. */
export type Technique = 'syn' | 'connect' | 'fin' | 'null' | 'xmas' | 'ack' | 'maimon' | 'udp' | 'sctp' | 'raw';
export type Techniques = Partial<Record<Technique, number>>;

const NAMES: Readonly<Record<Technique, string>> = {
  syn: 'SYN scan',
  connect: 'connect scan',
  fin: 'FIN scan',
  null: 'NULL scan',
  xmas: 'XMAS scan',
  ack: 'ACK or window scan',
  maimon: 'Maimon (FIN-ACK) scan',
  udp: 'UDP scan',
  sctp: 'SCTP INIT scan',
  raw: 'scan with raw packets',
};

export function techniqueName(technique: Technique): string {
  return NAMES[technique];
}

export function addTechnique(techniques: Techniques, seen: Technique | ProbeShape, count: number): void {
  const technique = ofShape(seen);
  if (technique !== undefined) techniques[technique] = (techniques[technique] ?? 0) + count;
}

export function contactTechnique({ protocol }: Contact): Technique {
  switch (protocol) {
    case 'UDP':
      return 'udp';
    case 'SCTP':
      return 'sctp';
    case 'RAW':
    case 'ICMP':
      return 'raw';
  }
  return 'connect';
}

function ofShape(seen: Technique | ProbeShape): Technique | undefined {
  switch (seen) {
    case 'rst':
    case 'synAck':
      return undefined; // answers to raw packets of the target
    case 'other':
      return 'maimon';
  }
  return seen;
}
