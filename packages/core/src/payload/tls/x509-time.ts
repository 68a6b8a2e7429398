import { byteText } from '../byte-text.ts';
import { contentOf, type DerElement, GENERALIZED_TIME, UTC_TIME } from './der.ts';

/** `YYMMDDHHMM[SS]Z`, and with a year of four digits (RFC 5280, section 4.1.2.5). */
const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?Z$/;

/** Epoch milliseconds; NaN for a time that cannot be read. */
export function readTime(element: DerElement): number {
  const yearDigits = element.tag === UTC_TIME ? 2 : element.tag === GENERALIZED_TIME ? 4 : 0;
  const match = TIME.exec(byteText(contentOf(element), 16));
  if (match === null || match[1]!.length !== yearDigits) return Number.NaN;
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  /** Two digits below 50 are of this century. */
  const fullYear = yearDigits === 4 ? year! : year! + (year! < 50 ? 2000 : 1900);
  return Date.UTC(fullYear, month! - 1, day!, hours!, minutes!, seconds!);
}
