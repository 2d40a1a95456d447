// What somebody changed of a record since it was made, as far as it decides who is answered and with what.

import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { RecordSetProperties } from '../../../artefacts/dns/index.ts'
import { sameName } from './fronts.ts'

/** `front`: the load balancer that it should lead to, where that is known. */
export function unlikeDeclared(
  declared: RecordSetProperties,
  there: ResourceRecordSet,
  front?: string,
): readonly string[] {
  const name = declared.SetIdentifier ?? declared.Name
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['the weight', declared.Weight, there.Weight],
    ['the role', declared.Failover, there.Failover],
    ['the Region', declared.Region, there.Region],
    ['the TTL', declared.TTL, there.TTL],
    ['the place', placeOf(declared.GeoLocation), placeOf(there.GeoLocation)],
    [
      'EvaluateTargetHealth',
      declared.AliasTarget?.EvaluateTargetHealth,
      there.AliasTarget?.EvaluateTargetHealth ?? (declared.AliasTarget === undefined ? undefined : false),
    ],
  ]
  const isWatched = there.HealthCheckId !== undefined
  const check =
    isWatched === (declared.HealthCheckId !== undefined)
      ? []
      : [`the record ${name} has ${isWatched ? 'a health check, and none' : 'no health check, and one'} is declared`]
  const changed = pairs.flatMap(([what, wanted, is]) =>
    textOf(wanted) === textOf(is)
      ? []
      : [`the record ${name} has ${what} ${textOf(is)}, and ${textOf(wanted)} is declared`],
  )
  const leadsTo = there.AliasTarget?.DNSName
  return leadsTo === undefined || front === undefined || sameName(leadsTo, front)
    ? [...changed, ...check]
    : [
        ...changed,
        ...check,
        `the record ${name} leads to ${leadsTo.replace(/\.$/, '')}, and the load balancer is ${front}`,
      ]
}

const textOf = (value: unknown): string => (value === undefined || value === null ? 'none' : String(value))

const placeOf = (
  place: { readonly CountryCode?: string | undefined; readonly ContinentCode?: string | undefined } | undefined,
): string | undefined => place?.CountryCode ?? place?.ContinentCode
