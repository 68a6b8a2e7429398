import assert from 'node:assert/strict';
import type { Act } from './act.ts';
import { nmap } from './nmap.ts';
import type { LiveScenario } from './scenario.ts';

export interface NmapScan {
  readonly what: string;
  /** Without the target. */
  readonly args: readonly string[] | ((act: Act) => readonly string[]);
  /** Open TCP ports of the target; it has none unless set. */
  readonly tcp?: readonly number[];
  readonly udp?: readonly number[];
  readonly from?: 'pod' | 'outside';
  readonly ipv6?: boolean;
  /** What `evidence.technique` has to say. */
  readonly technique: string | readonly string[];
}

/** A scan by nmap from a pod or from outside: one alert of port-scan, with both ends, before it is over. */
export function nmapScan({
  what,
  args,
  tcp = [],
  udp = [],
  from = 'pod',
  ipv6 = false,
  technique,
}: NmapScan): LiveScenario {
  const isOpen = tcp.length + udp.length > 0;
  return {
    what,
    from,
    pods: { victim: {}, ...(from === 'pod' ? { scanner: {} } : {}) },
    ...(from === 'outside' ? { hosts: { scanner: {} } } : {}),
    ...(isOpen
      ? { prepare: async (act: Act) => void (await act.ownProgram('victim', 'ports', { tcp, udp }).line()) }
      : {}),
    run: async (act) => {
      const target = ipv6 ? act.pod('victim').ip6 : act.ip('victim');
      assert.ok(target);
      await nmap(act.member('scanner'), [
        ...(typeof args === 'function' ? args(act) : args),
        ...(ipv6 ? ['-6'] : []),
        target,
      ]);
    },
    expect: {
      rule: 'port-scan',
      severity: 'medium',
      source: 'scanner',
      target: 'victim',
      check: ({ evidence }) => {
        const said = String(evidence.technique);
        assert.ok([technique].flat().includes(said), `${said} is not ${String(technique)}`);
      },
    },
  };
}
