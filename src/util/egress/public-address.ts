import { BlockList, isIP } from 'node:net';

const inner = new BlockList();
/** Not of the public internet: IANA's special-purpose registries, and addresses of clouds at which a machine asks about itself. */
const networks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3], ['168.63.129.16', 32],
];
for (const [network, prefix] of networks) inner.addSubnet(network, prefix, 'ipv4');

/** Of IPv6 only what is given out to the public; in it, what holds an IPv4 address (Teredo, 6to4), is for documentation or for the protocols themselves. */
const outer6 = new BlockList();
outer6.addSubnet('2000::', 3, 'ipv6');
const inner6 = new BlockList();
for (const [network, prefix] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) inner6.addSubnet(network, prefix, 'ipv6');

/** Whether an address in canonical text is one of the public internet: no private, local, shared, reserved or multicast one, and no IPv6 address that stands for an IPv4 one. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !inner.check(address, 'ipv4');
  return isIP(address) === 6 && !address.includes('%') && outer6.check(address, 'ipv6') && !inner6.check(address, 'ipv6');
}
