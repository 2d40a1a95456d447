// Record sets: what makes one a problem beside the others of its zone.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html

import type { Cloud } from './cloud.ts'
import type { Entity } from './entities.ts'
import type { Input } from './json.ts'
import { list, record, text } from './json.ts'

export const withDot = (name: string): string => (name.endsWith('.') ? name : `${name}.`)

const policies = [
  'Weight',
  'Failover',
  'Region',
  'GeoLocation',
  'MultiValueAnswer',
  'CidrRoutingConfig',
  'GeoProximityLocation',
]

export function problemsWith(cloud: Cloud, zone: Entity, wanted: Input, itself?: Entity): string[] {
  const name = text(wanted.Name)
  const type = text(wanted.Type)
  const at = `[name='${name}', type='${type}']`
  const problems: string[] = []
  const zoneName = text(zone.attributes.Name)
  if (name !== zoneName && !name.endsWith(`.${zoneName}`))
    problems.push(`RRSet with DNS name ${name} is not permitted in zone ${zoneName}`)
  const alias = record(wanted.AliasTarget)
  const values = list(wanted.ResourceRecords)
  if (wanted.AliasTarget !== undefined) {
    if (wanted.TTL !== undefined)
      problems.push(
        `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Name=${name}, Type=${type}]`,
      )
    else if (values.length > 0)
      problems.push(
        `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Name=${name}, Type=${type}]`,
      )
    if (text(alias.HostedZoneId) === '' || text(alias.DNSName) === '') problems.push(`Invalid Alias target in ${at}`)
  } else if (wanted.TTL === undefined || values.length === 0)
    problems.push(
      `Invalid request: Missing field 'ResourceRecords' or 'TTL' in Change with [Name=${name}, Type=${type}]`,
    )
  if (type === 'CNAME' && name === zoneName)
    problems.push(`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zoneName}`)
  const set = policies.filter((policy) => wanted[policy] !== undefined)
  if (set.length > 1) problems.push(`Invalid request: Expected exactly one of ${set.join(', ')} in ${at}`)
  if (set.length === 1 && text(wanted.SetIdentifier) === '')
    problems.push(`Invalid request: Missing field 'SetIdentifier' in Change with [Name=${name}, Type=${type}]`)
  if (set.length === 0 && text(wanted.SetIdentifier) !== '')
    problems.push(
      `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer], but found none in Change with [Name=${name}, Type=${type}, SetIdentifier=${text(wanted.SetIdentifier)}]`,
    )
  const failover = text(wanted.Failover)
  if (failover !== '' && !['PRIMARY', 'SECONDARY'].includes(failover))
    problems.push(
      `Value '${failover}' at 'failover' failed to satisfy constraint: Member must satisfy enum value set: [PRIMARY, SECONDARY]`,
    )
  const check = text(wanted.HealthCheckId)
  if (check !== '' && cloud.store.get('AWS::Route53::HealthCheck', check, zone) === undefined)
    problems.push(`The specified health check doesn't exist: ${check}`)
  if (
    failover === 'PRIMARY' &&
    check === '' &&
    alias.EvaluateTargetHealth !== true &&
    text(alias.EvaluateTargetHealth) !== 'true'
  )
    problems.push(`Invalid request: a failover record of PRIMARY needs a health check in ${at}`)
  const others = siblings(cloud, zone, name).filter((it) => it !== itself)
  for (const { properties: other } of others) {
    if (type === 'CNAME' || other.Type === 'CNAME') {
      if (text(other.Type) !== type)
        problems.push(
          `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type ${text(other.Type)} with the same DNS name already exists in zone ${zoneName}`,
        )
    }
    if (other.Type !== type) continue
    if ((other.SetIdentifier === undefined) !== (wanted.SetIdentifier === undefined))
      problems.push(
        `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${text(wanted.SetIdentifier)} cannot be created as a non-${wanted.SetIdentifier === undefined ? 'simple' : 'weighted'} set exists with the same name and type.`,
      )
    else if (wanted.SetIdentifier !== undefined && text(other.SetIdentifier) !== text(wanted.SetIdentifier)) {
      const theirs = policies.find((policy) => other[policy] !== undefined)
      if (theirs !== set[0])
        problems.push(
          `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${text(wanted.SetIdentifier)} cannot be created because a ${theirs} set exists with the same name and type`,
        )
      else if (failover !== '' && text(other.Failover) === failover)
        problems.push(
          `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${text(wanted.SetIdentifier)} cannot be created because a ${failover} failover record with the same name and type exists.`,
        )
    }
  }
  return [...new Set(problems)]
}

const siblings = (cloud: Cloud, zone: Entity, name: string): readonly Entity[] =>
  cloud.store
    .list('AWS::Route53::RecordSet', zone)
    .filter((it) => text(it.attributes.ZoneId) === zone.id && text(it.attributes.FullName) === name)

export const existing = (cloud: Cloud, zone: Entity, wanted: Input): Entity | undefined =>
  siblings(cloud, zone, withDot(text(wanted.Name))).find(
    (it) => it.properties.Type === wanted.Type && text(it.properties.SetIdentifier) === text(wanted.SetIdentifier),
  )

export const isTaken = (cloud: Cloud, zone: Entity, wanted: Input): boolean =>
  existing(cloud, zone, wanted) !== undefined
