import { type Endpoint, workloadKey } from '../endpoint.ts';

/** Ports of one endpoint whose names are kept; begun anew when full. */
const PORTS_EACH = 64;
const names = new WeakMap<Endpoint, Map<number, string>>();

/** A workload and a port of its own (`served`) or one it calls, as one text, made once for each endpoint. */
export function portName(endpoint: Endpoint, port: number, served: boolean): string {
  const number = served ? -1 - port : port;
  let ofEndpoint = names.get(endpoint);
  const known = ofEndpoint?.get(number);
  if (known !== undefined) return known;
  if (ofEndpoint === undefined || ofEndpoint.size >= PORTS_EACH) {
    ofEndpoint = new Map();
    names.set(endpoint, ofEndpoint);
  }
  const name = `${workloadKey(endpoint)}${served ? '<' : '>'}${port}`;
  ofEndpoint.set(number, name);
  return name;
}
