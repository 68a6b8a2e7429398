import { iodine } from '../support/iodine.ts';

export const scenario = iodine(
  'iodine that asks for addresses and is answered by names',
  ['-r', '-T', 'A'],
  ['two-way'],
);
