import type { ChannelSums } from './asked-names.ts';
import type { Channel } from './channel.ts';
import type { DnsTunnelParameters } from './parameters.ts';

/**
 * `rare-type`: record types that only tunnels ask for. `two-way`: names without sense, and answers that carry data. `upstream`:
 * long names without sense, so many that it matters. `raw`: datagrams of iodine on the port of DNS that are no DNS.
 */
export type TunnelForm = 'rare-type' | 'two-way' | 'upstream' | 'raw';

export interface TunnelVerdict {
  readonly form: TunnelForm;
  readonly observed: number;
  readonly threshold: number;
  readonly unit: string;
  /** The parameter that the threshold is. */
  readonly parameter: string;
  readonly sums: ChannelSums;
}

export function judgeChannel(channel: Channel, nowMs: number, p: DnsTunnelParameters): TunnelVerdict | undefined {
  const sums = channel.sums(nowMs);
  if (sums.rares >= p.rareTypeNames)
    return verdict('rare-type', sums.rares, p.rareTypeNames, 'names', 'rareTypeNames', sums);
  if (sums.names < p.names || sums.bits < p.nameBits * sums.names) return undefined;
  // The end of a label counts as a character of it.
  if (sums.bits < p.bitsPerCharacter * (sums.bytes + sums.names)) return undefined;
  if (sums.carriers >= p.carrierShare * sums.names || sums.answerBytes >= p.answerBytes * sums.names)
    return verdict('two-way', sums.names, p.names, 'names', 'names', sums);
  const information = sums.bits / 8;
  if (information < p.upstreamBytes || sums.bytes < p.upstreamLabelBytes * sums.names) return undefined;
  return verdict('upstream', information, p.upstreamBytes, 'bytes', 'upstreamBytes', sums);
}

function verdict(
  form: TunnelForm,
  observed: number,
  threshold: number,
  unit: string,
  parameter: string,
  sums: ChannelSums,
): TunnelVerdict {
  return { form, observed: Math.round(observed), threshold, unit, parameter, sums };
}
