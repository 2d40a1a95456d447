// Hosted zones, health checks, record sets, with what Route 53 refuses.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { record, records, text } from '../json.ts'
import { within } from '../quotas.ts'
import { isTaken, problemsWith, withDot } from '../records.ts'
import type { ResourceTypes } from './resource-type.ts'
import { uuid } from './resource-type.ts'

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

export const route53: ResourceTypes = {
  'AWS::Route53::HostedZone': {
    tags: 'HostedZoneTags',
    make: ({ cloud, properties, id: given, ...place }) => {
      within(
        cloud,
        place,
        'route53/L-4EA4796A',
        'AWS::Route53::HostedZone',
        'TooManyHostedZones',
        'Limits Exceeded: too many hosted zones',
      )
      for (const vpc of records(properties.VPCs))
        if (
          cloud.store.get('AWS::EC2::VPC', text(vpc.VPCId), { account: place.account, region: text(vpc.VPCRegion) }) ===
          undefined
        )
          throw new AwsError('InvalidVPCId', `The VPC ID ${text(vpc.VPCId)} is invalid`)
      const id = given ?? `Z0${cloud.store.unique(19, upper)}`
      const servers =
        records(properties.VPCs).length > 0
          ? []
          : [1, 2, 3, 4].map(
              (number) =>
                `ns-${Number.parseInt(cloud.store.unique(2), 16) + number * 512}.awsdns-${String(number).padStart(2, '0')}.${['com', 'net', 'org', 'co.uk'][number - 1]}`,
            )
      return {
        id,
        arn: `arn:aws:route53:::hostedzone/${id}`,
        attributes: { Id: id, NameServers: servers, Name: withDot(text(properties.Name)) },
      }
    },
    made: (zone, cloud) => {
      const part = { HostedZoneId: zone.id, Name: zone.attributes.Name }
      addRecord(cloud, zone, {
        ...part,
        Type: 'NS',
        TTL: '172800',
        ResourceRecords: (zone.attributes.NameServers as string[]).map((it) => withDot(it)),
      })
      addRecord(cloud, zone, {
        ...part,
        Type: 'SOA',
        TTL: '900',
        ResourceRecords: ['ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400'],
      })
    },
    unmake: (zone, cloud) => {
      const others = cloud.store
        .list('AWS::Route53::RecordSet', zone)
        .filter((it) => it.properties.HostedZoneId === zone.id && it.of !== zone.id)
      if (others.length > 0)
        throw new AwsError(
          'HostedZoneNotEmpty',
          'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
        )
    },
  },
  'AWS::Route53::HealthCheck': {
    tags: 'HealthCheckTags',
    make: ({ cloud, properties, ...place }) => {
      within(
        cloud,
        place,
        'route53/L-ACB674F3',
        'AWS::Route53::HealthCheck',
        'TooManyHealthChecks',
        'Limits Exceeded: too many health checks',
      )
      const config = record(properties.HealthCheckConfig)
      checkHealthCheck(config, cloud, place)
      const id = uuid(cloud.store.unique(32))
      return { id, arn: `arn:aws:route53:::healthcheck/${id}`, attributes: { HealthCheckId: id, Version: 1 } }
    },
    changed: (check, cloud) => {
      checkHealthCheck(record(check.properties.HealthCheckConfig), cloud, check)
      check.attributes = { ...check.attributes, Version: Number(check.attributes.Version) + 1 }
    },
    unmake: (check, cloud) => {
      const parent = cloud.store
        .list('AWS::Route53::HealthCheck', check)
        .some(
          (it) =>
            it.id !== check.id &&
            (record(it.properties.HealthCheckConfig).ChildHealthChecks as string[] | undefined)?.includes(check.id),
        )
      if (parent) throw new AwsError('HealthCheckInUse', 'This health check is used by another health check')
    },
  },
  'AWS::Route53::RecordSet': {
    tags: 'NoTags',
    make: ({ cloud, properties, ...place }) => {
      const zone = zoneFor(cloud, properties, place)
      const wanted: Input = { ...properties, HostedZoneId: zone.id, Name: withDot(text(properties.Name)) }
      const problems = problemsWith(cloud, zone, wanted)
      if (isTaken(cloud, zone, wanted))
        problems.push(
          `Tried to create resource record set [name='${text(wanted.Name)}', type='${text(wanted.Type)}'${wanted.SetIdentifier === undefined ? '' : `, set-identifier='${text(wanted.SetIdentifier)}'`}] but it already exists`,
        )
      if (problems.length > 0) throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`)
      return { id: recordId(wanted), attributes: {} }
    },
    changed: (entity, cloud) => {
      const zone = zoneFor(cloud, entity.properties, entity)
      const problems = problemsWith(
        cloud,
        zone,
        { ...entity.properties, Name: withDot(text(entity.properties.Name)) },
        entity,
      )
      if (problems.length > 0) throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`)
    },
    made: (entity, cloud) => {
      const zone = zoneFor(cloud, entity.properties, entity)
      entity.attributes = { ZoneId: zone.id, FullName: withDot(text(entity.properties.Name)) }
    },
  },
}

/** CloudFormation gives the name alone; several of one name need more to be told apart here. */
export const recordId = (it: Input): string =>
  [
    text(it.Name).replace(/\.$/, ''),
    ...(it.SetIdentifier === undefined ? [] : [text(it.SetIdentifier)]),
    text(it.Type),
    text(it.HostedZoneId),
  ].join('|')

function zoneFor(cloud: Cloud, properties: Input, place: { account: string; region: string }): Entity {
  const id = text(properties.HostedZoneId).replace(/^\/hostedzone\//, '')
  const found =
    id === ''
      ? cloud.store
          .list('AWS::Route53::HostedZone', place)
          .find((it) => it.attributes.Name === withDot(text(properties.HostedZoneName)))
      : cloud.store.get('AWS::Route53::HostedZone', id, place)
  if (found === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
  return found
}

function addRecord(cloud: Cloud, zone: Entity, properties: Input): void {
  cloud.store.add({
    type: 'AWS::Route53::RecordSet',
    id: recordId(properties),
    arn: undefined,
    account: zone.account,
    region: zone.region,
    properties,
    attributes: { ZoneId: zone.id, FullName: properties.Name },
    tags: {},
    status: 'INSYNC',
    madeAt: new Date(),
    of: zone.id,
  })
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
export function checkHealthCheck(config: Input, cloud: Cloud, place: { account: string; region: string }): void {
  const refuse = (message: string): never => {
    throw new AwsError('InvalidInput', message)
  }
  const type = text(config.Type)
  const types = [
    'HTTP',
    'HTTPS',
    'HTTP_STR_MATCH',
    'HTTPS_STR_MATCH',
    'TCP',
    'CALCULATED',
    'CLOUDWATCH_METRIC',
    'RECOVERY_CONTROL',
  ]
  if (!types.includes(type)) refuse(`Invalid value for health check type: ${type}`)
  if (type === 'CALCULATED') {
    const children = (config.ChildHealthChecks ?? []) as readonly string[]
    for (const child of children)
      if (cloud.store.get('AWS::Route53::HealthCheck', child, place) === undefined)
        refuse(`Health check ${child} does not exist`)
    return
  }
  if (type === 'CLOUDWATCH_METRIC') {
    if (config.AlarmIdentifier === undefined) refuse("Missing field 'AlarmIdentifier'")
    return
  }
  if (type === 'RECOVERY_CONTROL') return
  const interval = text(config.RequestInterval)
  if (interval !== '' && !['10', '30'].includes(interval))
    refuse(`Invalid parameter : RequestInterval must be 10 or 30, not ${interval}`)
  const threshold = text(config.FailureThreshold)
  if (threshold !== '' && !(Number(threshold) >= 1 && Number(threshold) <= 10))
    refuse('Invalid parameter : FailureThreshold must be from 1 to 10')
  const address = text(config.IPAddress)
  if (address === '' && text(config.FullyQualifiedDomainName) === '')
    refuse('Invalid parameter : either IPAddress or FullyQualifiedDomainName must be specified')
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|127\.|169\.254\.)/.test(address))
    refuse(`Invalid parameter : the IP address ${address} is private`)
  if (type === 'TCP' && text(config.Port) === '') refuse("Missing field 'Port'")
}
