export type * from './alert/alert.ts';
export type * from './detect/detector.ts';
export { parameterValues } from './detect/detector.ts';
export type * from './endpoint.ts';
export { endpointName, workloadKey } from './endpoint.ts';
export type * from './flow/flow.ts';
export type * from './observation.ts';
