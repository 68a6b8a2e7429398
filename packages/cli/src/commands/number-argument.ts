import { InvalidArgumentError } from 'commander';

/** Reads a whole number of at least `minimum` from an option. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum)) throw new InvalidArgumentError(`It must be a whole number of at least ${minimum}.`);
    return value;
  };
}
