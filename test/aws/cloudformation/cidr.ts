// IPv4 blocks: what Fn::Cidr makes of one, and how two lie to each other.

import { validation } from '../errors.ts'

export interface Block {
  readonly from: number
  readonly size: number
  readonly prefix: number
}

export function blockOf(cidr: string): Block | undefined {
  const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)
  if (found === null) return undefined
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = found.slice(1).map(Number)
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) return undefined
  const size = 2 ** (32 - prefix)
  const from = ((a * 256 + b) * 256 + c) * 256 + d
  return from % size === 0 ? { from, size, prefix } : undefined
}

export const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

export const overlap = (one: Block, other: Block): boolean =>
  one.from < other.from + other.size && other.from < one.from + one.size
export const within = (inner: Block, outer: Block): boolean =>
  inner.from >= outer.from && inner.from + inner.size <= outer.from + outer.size

/** `bits` is what is left for hosts: 8 gives /24. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html */
export function cidrs(cidr: string, count: number, bits: number): readonly string[] {
  const block = blockOf(cidr)
  const size = 2 ** bits
  if (block === undefined || !(count >= 1 && count <= 256) || size * count > block.size)
    throw validation(`Template error: Fn::Cidr: ${cidr} cannot be cut into ${count} blocks of ${bits} bits`)
  return Array.from({ length: count }, (_, index) => `${addressOf(block.from + index * size)}/${32 - bits}`)
}
