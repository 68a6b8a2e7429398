import { BlockList, isIP } from 'node:net';
import { CliError } from '../failure/cli-error.ts';

/** Matches one address or a CIDR range, IPv4 and IPv6, in any spelling. @throws CliError NG_ERR_CLI_USAGE */
export function ipMatcher(text: string, option: string): (ip: string) => boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  if (family === 0 || (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > longest))) {
    throw new CliError('NG_ERR_CLI_USAGE', `reading ${option}`, `'${text}' is no address and no range`, {
      hint: 'Write 10.0.0.1, 10.0.0.0/8, fd00::1 or fd00::/8.',
    });
  }
  const list = new BlockList();
  list.addSubnet(address, bits === undefined ? longest : Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return (ip) => {
    const kind = isIP(ip);
    return kind !== 0 && list.check(ip, kind === 6 ? 'ipv6' : 'ipv4');
  };
}
