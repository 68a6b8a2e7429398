import { iodine } from '../support/iodine.ts';

export const scenario = iodine(
  'iodine as it goes where it reaches its server: datagrams of its own',
  [],
  ['raw', 'rare-type'],
);
