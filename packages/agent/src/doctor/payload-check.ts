import type { Config } from '../config/schema.ts';
import { type DoctorCheck, passed } from './report.ts';

/** What the programs copy of payload: no fault of the machine either way, but a cost, and somebody's privacy. */
export function payloadCheck({ mode, samplesPerSecond, burst }: Config['payload']): DoctorCheck {
  const head = { id: 'payload', title: 'Looking into payload', required: false };
  if (mode === 'off') return passed(head, 'off: the programs are loaded without it');
  const what = 'the first two packets each way of each conversation, and DNS messages';
  return passed(head, `${mode}: ${what}, at most ${samplesPerSecond} a second and ${burst} at once`);
}
