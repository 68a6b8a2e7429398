/** Services, and the slices that say what is ready behind them. */
import type { ServiceEndpoints, ServiceIdentity, ServicePort } from '../identify/identity-file.ts';
import { canonicalAddresses } from './canonical-addresses.ts';
import { portIdentity } from './port-identities.ts';
import { objectName, portNumber, type RawObject, record, records, text } from './raw-object.ts';

const MAX_ADDRESSES = 64;
const MAX_PORTS = 256;
/* The API server refuses slices with more. */
const MAX_ENDPOINTS = 1000;
const SERVICE_NAME = 'kubernetes.io/service-name';

export interface TrimmedSlice {
  /** `namespace/name` of its service. */
  readonly service: string;
  readonly endpoints: ServiceEndpoints;
}

/** `namespace/name`; undefined: it has none that can be used. */
export function namespacedName(object: RawObject): string | undefined {
  const metadata = record(object.metadata);
  const [namespace, name] = [objectName(metadata.namespace), objectName(metadata.name)];
  return namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`;
}

/** Without `endpoints`. */
export function trimService(object: RawObject): ServiceIdentity | undefined {
  const metadata = record(object.metadata);
  const [namespace, name] = [objectName(metadata.namespace), objectName(metadata.name)];
  if (namespace === undefined || name === undefined) return undefined;
  const spec = record(object.spec);
  const selector = selectorOf(spec.selector);
  return {
    namespace,
    name,
    ips: spec.type === 'ExternalName' ? [] : addressesOf(spec, record(object.status)),
    ports: records(spec.ports, MAX_PORTS).flatMap((port) => servicePort(port) ?? []),
    ...(selector === undefined ? undefined : { selector }),
  };
}

/** Undefined: it belongs to no service, or its addresses are names. */
export function trimSlice(object: RawObject): TrimmedSlice | undefined {
  const metadata = record(object.metadata);
  const [namespace, name] = [objectName(metadata.namespace), objectName(record(metadata.labels)[SERVICE_NAME])];
  if (namespace === undefined || name === undefined || object.addressType === 'FQDN') return undefined;
  const ready = records(object.endpoints, MAX_ENDPOINTS).filter((one) => record(one.conditions).ready !== false);
  const addresses = ready.flatMap((one) => (Array.isArray(one.addresses) ? one.addresses.slice(0, MAX_ADDRESSES) : []));
  return {
    service: `${namespace}/${name}`,
    endpoints: {
      ips: canonicalAddresses(addresses, MAX_ENDPOINTS),
      ports: records(object.ports, MAX_PORTS).flatMap((port) => portIdentity(port.port, port) ?? []),
    },
  };
}

/** Cluster addresses (`None` of a headless one is none), external ones and those of load balancers. */
function addressesOf(spec: RawObject, status: RawObject): string[] {
  const cluster = Array.isArray(spec.clusterIPs) ? spec.clusterIPs.slice(0, MAX_ADDRESSES) : [spec.clusterIP];
  const external = Array.isArray(spec.externalIPs) ? spec.externalIPs.slice(0, MAX_ADDRESSES) : [];
  const balancers = records(record(status.loadBalancer).ingress, MAX_ADDRESSES).map(({ ip }) => ip);
  return canonicalAddresses([...cluster, ...external, ...balancers], MAX_ADDRESSES);
}

function servicePort(raw: RawObject): ServicePort | undefined {
  const port = portIdentity(raw.port, raw);
  if (port === undefined) return undefined;
  const targetPort = portNumber(raw.targetPort) ?? text(raw.targetPort, 63);
  const nodePort = portNumber(raw.nodePort);
  return {
    ...port,
    ...(targetPort === undefined ? undefined : { targetPort }),
    ...(nodePort === undefined ? undefined : { nodePort }),
  };
}

function selectorOf(value: unknown): Record<string, string> | undefined {
  const wanted = Object.entries(record(value)).slice(0, MAX_PORTS);
  const usable = wanted.flatMap(([key, one]) =>
    typeof one === 'string' && one.length <= 63 ? [[key, one] as const] : [],
  );
  return usable.length === 0 ? undefined : Object.fromEntries(usable);
}
