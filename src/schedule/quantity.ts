// Kubernetes quantities ("500m", "1.5Gi", "1e3"), exact: as whole nano-units, the finest that Kubernetes keeps, rounded away from zero.
// Source: Kubernetes v0.35.3, apimachinery/pkg/api/resource/quantity.go.

export type Quantity = string | number

const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }
const form = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/

/** In nano-units; undefined for what Kubernetes would not read. */
export function nanosOf(quantity: Quantity): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = form.exec(String(quantity)) ?? []
  if (whole + fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const shift = binary[suffix]
  const scale = 9 - fraction.length + (exponent ? Number(exponent.slice(1)) : (decimal[suffix] ?? 0))
  const magnitude = shift === undefined ? digits : digits << shift
  const exact = scale >= 0 ? magnitude * 10n ** BigInt(scale) : ceilDivide(magnitude, 10n ** BigInt(-scale))
  const nanos = shift !== undefined && exact > maxBinary ? maxBinary : exact
  return sign === '-' ? -nanos : nanos
}

/** Quantities with a binary suffix stop at the greatest 64-bit integer. */
const maxBinary = (2n ** 63n - 1n) * 1_000_000_000n

/** Whole units, rounded away from zero. */
export const wholeOf = (nanos: bigint): bigint => awayFromZero(nanos, 1_000_000_000n)

/** Thousandths, rounded away from zero. */
export const thousandthsOf = (nanos: bigint): bigint => awayFromZero(nanos, 1_000_000n)

const awayFromZero = (nanos: bigint, unit: bigint): bigint =>
  nanos < 0n ? -ceilDivide(-nanos, unit) : ceilDivide(nanos, unit)

const ceilDivide = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
