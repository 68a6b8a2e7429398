import { iodine } from '../support/iodine.ts';

export const scenario = iodine('iodine by DNS messages alone, as through a resolver', ['-r'], ['rare-type']);
