// The scalars of a fleet file: what a person types ("4m", "99.9%", "34.05,-118.24") and the plain value that the model keeps
// (seconds, a fraction, degrees). A reference to something named elsewhere carries what it refers to in its metadata, so that
// the reader can resolve every reference, and the tests can dangle every one, from the schema alone.

import { z } from 'zod'

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/

/** "90s", "1h30m", "7d" → seconds. */
export const duration = z
  .string()
  .max(40)
  .regex(durationPattern, 'a duration is a number with a unit, such as 30s, 4m, 1h30m or 7d')
  .transform((text) => {
    let seconds = 0
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
      seconds += Number(amount) * (unitSeconds[unit ?? ''] ?? 0)
    }
    return seconds
  })

/** "99.9%" → 0.999. */
export const percentage = z
  .string()
  .max(12)
  .regex(/^\d{1,3}(?:\.\d+)?%$/, 'a percentage is written with its sign, such as 99.9%')
  .transform((text) => Number(`${text.slice(0, -1)}e-2`))
  .refine((value) => value <= 1, 'a percentage is at most 100%')

/** ">= 99%", "< 30s" → a comparison with a plain number; a lone value means "at least" for shares and "at most" for times. */
export const shareComparison = z
  .string()
  .max(20)
  .regex(/^(?:>=|>|<=|<|=)?\s*\d{1,3}(?:\.\d+)?%$/, 'a share is compared like ">= 99%"')
  .transform((text) => {
    const [, sign, number] = /^(>=|>|<=|<|=)?\s*(\d+(?:\.\d+)?)%$/.exec(text) ?? []
    return { sign: (sign ?? '>=') as Sign, value: Number(`${number}e-2`) }
  })

export type Sign = '>=' | '>' | '<=' | '<' | '='

/** "100Mbps" → bits per second. */
export const bandwidth = z
  .string()
  .max(20)
  .regex(/^\d+(?:\.\d+)?(?:kbps|Mbps|Gbps)$/, 'a bandwidth is written like 100Mbps')
  .transform((text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)(kbps|Mbps|Gbps)$/.exec(text) ?? []
    return Number(number) * (unit === 'kbps' ? 1e3 : unit === 'Mbps' ? 1e6 : 1e9)
  })

/** "34.05,-118.24" → degrees. */
export const location = z
  .string()
  .max(60)
  .regex(
    /^-?\d{1,2}(?:\.\d+)?\s*,\s*-?\d{1,3}(?:\.\d+)?$/,
    'a location is "latitude,longitude" in degrees, such as 34.05,-118.24',
  )
  .transform((text) => {
    const [latitude = 0, longitude = 0] = text.split(',').map(Number)
    return { latitude, longitude }
  })
  .refine(
    ({ latitude, longitude }) => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180,
    'latitude is within ±90, longitude within ±180',
  )

/** The name of anything declared: a DNS label, so that every engine takes it as it is. */
export const name = z
  .string()
  .min(1)
  .max(63)
  .regex(
    /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
    'a name is lower case letters, digits and hyphens, and starts and ends with a letter or digit',
  )

/** A DNS name, such as game.example.com. */
export const hostname = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a DNS name, such as game.example.com')

export const ipv4 = z.ipv4('an IPv4 address, such as 10.0.0.7')
export const cidr = z.cidrv4('an IPv4 range, such as 10.10.0.0/16')
export const port = z.int().min(1).max(65_535)
export const count = z.int().min(0).max(100_000)
export const region = z
  .string()
  .max(30)
  .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'an AWS Region, such as us-west-2')
export const zoneName = z
  .string()
  .max(60)
  .regex(/^[a-z]{2}(?:-[a-z]+)+-\d[a-z0-9-]*$/, 'a zone name, such as us-west-2a or us-west-2-lax-1a')
export const accountId = z.string().regex(/^\d{12}$/, 'an AWS account id is 12 digits, in quotes')
export const kubernetesVersion = z
  .string()
  .regex(/^1\.\d{1,2}$/, 'a Kubernetes minor version in quotes, such as "1.35"')
export const semanticVersion = z
  .string()
  .max(40)
  .regex(/^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/, 'a version such as 3.5.0')
export const instanceType = z
  .string()
  .max(40)
  .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an instance type, such as t3.medium')
export const country = z.string().regex(/^[A-Z]{2}$/, 'a country by its two capital letters, such as US')
export const text = z.string().max(2_000)
export const relativePath = z.string().min(1).max(500)
export const labels = z.record(z.string().max(317), z.string().max(63))
export const secretRef = z.string().max(300)

/** What a reference may point at. */
export type ReferenceTarget =
  | 'account'
  | 'network'
  | 'subnet'
  | 'dnsZone'
  | 'cluster'
  | 'site'
  | 'nodePool'
  | 'audience'
  | 'app'
  | 'federation'
  | 'class'

/** The name of something declared elsewhere in the fleet. The reader refuses one that points at nothing, and offers the nearest. */
export const reference = (to: ReferenceTarget) => name.meta({ references: to })

/** Refuses an object with none or several of the keys of which it must have one. */
export function exactlyOne<T extends object>(keys: readonly (keyof T & string)[]) {
  return (value: T, context: z.RefinementCtx) => {
    const given = keys.filter((key) => value[key] !== undefined)
    if (given.length === 1) return
    context.addIssue({
      code: 'custom',
      path: given.length > 1 ? [given[1] ?? ''] : [],
      message:
        given.length === 0 ? `one of ${keys.join(', ')} is needed` : `only one of ${given.join(', ')} may be given`,
    })
  }
}
