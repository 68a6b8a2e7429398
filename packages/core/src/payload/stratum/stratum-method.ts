import { PAYLOAD_LIMITS } from '../limits.ts';
import { asArray, asObject, asText, type JsonObject } from './json-line.ts';

/** Stratum v1 (Slush pool, 2012; BIP 310 for mining.configure), and what its servers ask of clients. */
const STRATUM_1 = /^(mining\.[a-z_.]{1,40}|client\.(get_version|reconnect|show_message))$/;
/** Ethereum proxies: eth-proxy and the dialect of Nicehash. eth_getWork is a node's too, over HTTP; not in lines. */
const ETHEREUM: readonly string[] = [
  'eth_submitLogin',
  'eth_getWork',
  'eth_submitWork',
  'eth_submitHashrate',
  'eth_login',
];
/** Monero's: words that other protocols of JSON lines use too, so their parameters must be a miner's (xmrig-proxy, STRATUM.md). */
const MONERO: Readonly<Record<string, (params: JsonObject) => boolean>> = {
  login: (params) => 'login' in params && ('pass' in params || 'agent' in params || 'algo' in params),
  job: (params) => 'job_id' in params && ('blob' in params || 'target' in params),
  submit: (params) => 'job_id' in params && 'nonce' in params,
  keepalived: (params) => 'id' in params,
  getjob: (params) => 'id' in params,
};

/** Whether a method with such parameters is a miner's or a pool's. */
export function isMiningMethod(method: string, params: unknown): boolean {
  if (STRATUM_1.test(method) || ETHEREUM.includes(method)) return true;
  const judge = Object.hasOwn(MONERO, method) ? MONERO[method] : undefined;
  const object = asObject(params);
  return judge !== undefined && object !== undefined && judge(object);
}

/** Whether a result is a pool's answer, whatever was asked. */
export function isMiningResult(result: unknown): boolean {
  const object = asObject(result);
  if (object !== undefined) {
    const job = asObject(object.job);
    return (job !== undefined && 'job_id' in job) || object.status === 'KEEPALIVED' || 'version-rolling' in object;
  }
  const list = asArray(result);
  return isSubscription(list[0]) || isEthereumWork(list);
}

/** `[["mining.notify", "id"], …]`, or one pair alone. */
function isSubscription(value: unknown): boolean {
  const first = asArray(value)[0];
  return (
    first === 'mining.notify' || asArray(first)[0] === 'mining.notify' || asArray(first)[0] === 'mining.set_difficulty'
  );
}

/** Header hash, seed hash and boundary. */
function isEthereumWork(list: readonly unknown[]): boolean {
  return (
    list.length >= 3 && list.slice(0, 3).every((item) => typeof item === 'string' && /^0x[0-9a-f]{64}$/i.test(item))
  );
}

/** Who mines and with what, as far as the method tells it. */
export function minerOf(method: string, params: unknown): { login?: string; agent?: string } {
  const object = asObject(params) ?? {};
  const list = asArray(params);
  const text = (value: unknown) => asText(value, PAYLOAD_LIMITS.stratumTextCharacters);
  const isNamedFirst = method === 'mining.authorize' || method === 'mining.submit' || method === 'eth_submitLogin';
  const login = text(object.login) ?? (isNamedFirst ? text(list[0]) : undefined);
  const agent = text(object.agent) ?? (method === 'mining.subscribe' ? text(list[0]) : undefined);
  return { ...(login === undefined ? {} : { login }), ...(agent === undefined ? {} : { agent }) };
}
