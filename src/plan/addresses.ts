// Ranges for subnets that have none. They must not move when the fleet grows, since a subnet cannot be renumbered. So a range that was
// handed out before is kept, declared subnets take theirs from the low end and added ones from the high end of what is free, and both in
// the order in which the file asks for them.

import { containsCidr, excludeCidr, parseCidr } from 'cidr-tools'
import type { Network, Subnet } from '../model/fleet.ts'

export interface Rangeless {
  readonly name: string
  readonly declared?: Pick<Subnet, 'cidr' | 'existing'>
}

/** `before`: by name, what was handed out before. Without a range: where nothing is left, or where AWS knows better. */
export function withRanges<T extends Rangeless>(
  network: Pick<Network, 'cidr' | 'additionalCidrs'>,
  subnets: readonly T[],
  before: ReadonlyMap<string, string>,
): readonly (T & { readonly cidr: string | undefined })[] {
  const declared = subnets.flatMap((subnet) => subnet.declared?.cidr ?? [])
  const bases = [network.cidr, ...network.additionalCidrs]
  const isOpen = (subnet: T) => subnet.declared?.cidr === undefined && subnet.declared?.existing === undefined
  const offered = subnets.flatMap((subnet) => {
    const range = before.get(subnet.name)
    return range === undefined || !isOpen(subnet) || !containsCidr(bases, range) ? [] : { name: subnet.name, range }
  })
  const kept = apart(offered, declared)
  const open = subnets.filter((subnet) => isOpen(subnet) && !kept.has(subnet.name))
  if (open.length > 0) {
    // a range that is given up in this very change is still in use when the new subnets are made; in a network that is full they
    // go without until the next plan
    const free = blocks(bases, [...declared, ...before.values()], blockPrefix(network.cidr))
    for (const subnet of open.filter((it) => it.declared !== undefined)) take(subnet.name, free.low())
    for (const subnet of open.filter((it) => it.declared === undefined)) take(subnet.name, free.high())
  }
  return subnets.map((subnet) => ({ ...subnet, cidr: subnet.declared?.cidr ?? kept.get(subnet.name) }))

  function take(name: string, range: string | undefined): void {
    if (range !== undefined) kept.set(name, range)
  }
}

/** Those ranges that lie over none of the others and none that is taken: a saved plan may be older than the file, or edited. */
function apart(
  offered: readonly { readonly name: string; readonly range: string }[],
  taken: readonly string[],
): Map<string, string> {
  const byStart = (a: { readonly start: bigint }, b: { readonly start: bigint }) => (a.start < b.start ? -1 : 1)
  const blocked = taken.map((range) => parseCidr(range)).sort(byStart)
  const kept = new Map<string, string>()
  let end = -1n
  let next = 0
  for (const it of offered.map((each) => ({ ...each, ...parseCidr(each.range) })).sort(byStart)) {
    while ((blocked[next]?.end ?? it.start) < it.start) next += 1
    const block = blocked[next]
    if (it.start <= end || (block !== undefined && block.start <= it.end)) continue
    kept.set(it.name, it.range)
    end = it.end
  }
  return kept
}

/** /24 where sixteen of them fit, smaller in a smaller network; /28 is the least that a VPC takes. */
function blockPrefix(cidr: string): number {
  return Math.min(28, Math.max(24, prefixOf(cidr) + 4))
}

const prefixOf = (cidr: string): number => Number(parseCidr(cidr).prefix)

interface Free {
  /** The lowest free block, undefined when there is none; each is handed out once. */
  readonly low: () => string | undefined
  readonly high: () => string | undefined
}

/** The free blocks of that size, from both ends, without ever listing them: a /8 has 65,536. */
function blocks(bases: readonly string[], taken: readonly string[], prefix: number): Free {
  const size = 2n ** BigInt(32 - prefix)
  const stretches = excludeCidr([...bases], [...taken])
    .map((range) => parseCidr(range))
    .map(({ start, end }) => ({ start: ((start + size - 1n) / size) * size, end: ((end + 1n) / size) * size }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => (a.start < b.start ? -1 : 1))
  const text = (start: bigint): string =>
    `${[24n, 16n, 8n, 0n].map((shift) => (start >> shift) & 255n).join('.')}/${prefix}`
  const end = (index: number) => (): string | undefined => {
    const stretch = stretches.at(index)
    if (stretch === undefined) return undefined
    const start = index === 0 ? stretch.start : stretch.end - size
    if (index === 0) stretch.start += size
    else stretch.end -= size
    if (stretch.start >= stretch.end) stretches.splice(index, 1)
    return text(start)
  }
  return { low: end(0), high: end(-1) }
}
