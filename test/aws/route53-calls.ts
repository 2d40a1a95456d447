// What the actions of Route 53 have in common.

import type { Call } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { text } from './json.ts'

export const base = '/2013-04-01'

export const change = (id: string): Input => ({
  Id: `/change/${id}`,
  Status: 'INSYNC',
  SubmittedAt: new Date().toISOString(),
})

export function zoneOf({ cloud, input, ...place }: Call): Entity {
  const id = text(input.Id).replace(/^\/?hostedzone\//, '')
  const found = cloud.store.get('AWS::Route53::HostedZone', id, place)
  if (found === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  return found
}

export function checkOf({ cloud, input, ...place }: Call): Entity {
  const found = cloud.store.get('AWS::Route53::HealthCheck', text(input.HealthCheckId), place)
  if (found === undefined)
    throw new AwsError(
      'NoSuchHealthCheck',
      `No health check exists with the specified ID ${text(input.HealthCheckId)}`,
      404,
    )
  return found
}

export const recordsOf = (call: Call, zone: Entity): readonly Entity[] =>
  call.cloud.store.list('AWS::Route53::RecordSet', zone).filter((it) => it.attributes.ZoneId === zone.id)
