// What Local Zones offer beyond the common ground. AWS publishes it zone by zone on its features page and by API
// (DescribeInstanceTypeOfferings), not as a list: these families have been offered in some Local Zone, so that a type outside them
// is a mistake, while a type inside them may still be missing in one zone. A fleet says more under facts.zones.

/** Families offered in one Local Zone or another. */
export const families: readonly string[] = [
  ...['t3', 't3a'],
  ...['m5', 'm5d', 'm6i', 'm6in', 'm6id', 'm7i', 'm8i', 'm6g', 'm7g'],
  ...['c5', 'c5d', 'c5n', 'c6i', 'c6in', 'c6id', 'c6gn', 'c7i', 'c8i', 'c6g', 'c7g'],
  ...['r5', 'r5d', 'r6i', 'r6in', 'r6id', 'r7i', 'r8i', 'r6g', 'r7g'],
  ...['i3en', 'i4i', 'g4dn', 'g5', 'g6'],
]

/** Zones built for training models offer accelerated families that no other Local Zone has. */
export const acceleratedFamilies: Readonly<Record<string, readonly string[]>> = {
  'us-east-1-atl-2a': ['p5', 'p5e', 'p5en', 'p6-b200'],
  'us-east-1-dfw-2a': ['p5', 'p5e', 'p5en', 'p6-b200'],
  'us-west-2-phx-2a': ['p5', 'p5e', 'p5en', 'p6-b200'],
}

/** Zones in which a subnet may have IPv6 addresses, and in which the path to the Region takes larger packets. */
export const withIpv6: ReadonlySet<string> = new Set([
  'us-east-1-atl-2a',
  'us-east-1-chi-2a',
  'us-east-1-dfw-2a',
  'us-east-1-iah-2a',
  'us-east-1-mia-2a',
  'us-east-1-nyc-2a',
  'us-west-2-lax-1a',
  'us-west-2-lax-1b',
  'us-west-2-phx-2a',
])
