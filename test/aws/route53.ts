// Route 53 by its own API. https://docs.aws.amazon.com/Route53/latest/APIReference/

import type { Call, Handlers } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { record, records, tagsOf, text, texts } from './json.ts'
import { page } from './pages.ts'
import type { Route } from './protocols/protocol.ts'
import { withDot } from './records.ts'
import { make } from './resources/resource-type.ts'
import { typeOf } from './resources/types.ts'
import { base, change, checkOf, recordsOf, zoneOf } from './route53-calls.ts'
import { healthActions } from './route53-health.ts'
import { recordActions } from './route53-records.ts'

export const route53Routes: readonly Route[] = [
  ['POST', `${base}/hostedzone`, 'CreateHostedZone'],
  ['GET', `${base}/hostedzone`, 'ListHostedZones'],
  ['GET', `${base}/hostedzonesbyname`, 'ListHostedZonesByName'],
  ['GET', `${base}/hostedzone/{Id}`, 'GetHostedZone'],
  ['DELETE', `${base}/hostedzone/{Id}`, 'DeleteHostedZone'],
  ['POST', `${base}/hostedzone/{Id}/rrset`, 'ChangeResourceRecordSets'],
  ['GET', `${base}/hostedzone/{Id}/rrset`, 'ListResourceRecordSets'],
  ['GET', `${base}/change/{Id}`, 'GetChange'],
  ['POST', `${base}/healthcheck`, 'CreateHealthCheck'],
  ['GET', `${base}/healthcheck`, 'ListHealthChecks'],
  ['GET', `${base}/healthcheck/{HealthCheckId}`, 'GetHealthCheck'],
  ['POST', `${base}/healthcheck/{HealthCheckId}`, 'UpdateHealthCheck'],
  ['DELETE', `${base}/healthcheck/{HealthCheckId}`, 'DeleteHealthCheck'],
  ['GET', `${base}/healthcheck/{HealthCheckId}/status`, 'GetHealthCheckStatus'],
  ['POST', `${base}/tags/{ResourceType}/{ResourceId}`, 'ChangeTagsForResource'],
  ['GET', `${base}/tags/{ResourceType}/{ResourceId}`, 'ListTagsForResource'],
]
export const route53Lists = new Set([
  'Changes',
  'ResourceRecords',
  'ChildHealthChecks',
  'Regions',
  'AddTags',
  'RemoveTagKeys',
  'ResetElements',
  'VPCs',
])

const zoneShown = (call: Call, it: Entity): Input => ({
  Id: `/hostedzone/${it.id}`,
  Name: it.attributes.Name,
  CallerReference: text(it.attributes.CallerReference) || it.id,
  Config: {
    Comment: text(record(it.properties.HostedZoneConfig).Comment),
    PrivateZone: records(it.properties.VPCs).length > 0,
  },
  ResourceRecordSetCount: recordsOf(call, it).length,
})

export const route53Actions: Handlers = {
  CreateHostedZone: async (call) => {
    const reference = text(call.input.CallerReference)
    if (
      call.cloud.store.list('AWS::Route53::HostedZone', call).some((it) => it.attributes.CallerReference === reference)
    )
      throw new AwsError(
        'HostedZoneAlreadyExists',
        `A hosted zone has already been created with the specified caller reference.`,
        409,
      )
    const kind = typeOf('AWS::Route53::HostedZone')
    if (kind === undefined) throw new AwsError('InternalError', 'no such type')
    const zone = await make(kind, {
      cloud: call.cloud,
      type: 'AWS::Route53::HostedZone',
      account: call.account,
      region: call.region,
      properties: {
        Name: withDot(text(call.input.Name)),
        ...(call.input.HostedZoneConfig !== undefined && { HostedZoneConfig: call.input.HostedZoneConfig }),
      },
      nameFor: () => '',
    })
    zone.attributes = { ...zone.attributes, CallerReference: reference }
    return {
      $status: 201,
      $location: `https://route53.amazonaws.com${base}/hostedzone/${zone.id}`,
      HostedZone: zoneShown(call, zone),
      ChangeInfo: change(`C${zone.id}`),
      DelegationSet: { NameServers: { NameServer: zone.attributes.NameServers } },
    }
  },
  GetHostedZone: (call) => {
    const zone = zoneOf(call)
    return {
      HostedZone: zoneShown(call, zone),
      DelegationSet: { NameServers: { NameServer: zone.attributes.NameServers } },
    }
  },
  ListHostedZones: (call) => {
    const { items, next } = page(
      call.cloud,
      call.cloud.store.list('AWS::Route53::HostedZone', call),
      call.input.marker,
      call.input.maxitems,
    )
    return {
      HostedZones: { HostedZone: items.map((it) => zoneShown(call, it)) },
      IsTruncated: next !== undefined,
      ...(next !== undefined && { NextMarker: next }),
      MaxItems: '100',
    }
  },
  ListHostedZonesByName: (call) => {
    const from = call.input.dnsname === undefined ? '' : withDot(text(call.input.dnsname))
    const key = (name: string) => name.split('.').reverse().join('.')
    const all = [...call.cloud.store.list('AWS::Route53::HostedZone', call)]
      .sort((a, b) => key(text(a.attributes.Name)).localeCompare(key(text(b.attributes.Name))))
      .filter((it) => from === '' || key(text(it.attributes.Name)) >= key(from))
    return {
      HostedZones: { HostedZone: all.slice(0, Number(call.input.maxitems ?? 100)).map((it) => zoneShown(call, it)) },
      IsTruncated: all.length > Number(call.input.maxitems ?? 100),
      MaxItems: '100',
    }
  },
  DeleteHostedZone: async (call) => {
    const zone = zoneOf(call)
    await typeOf(zone.type)?.unmake?.(zone, call.cloud)
    call.cloud.store.remove(zone)
    return { ChangeInfo: change(`C${zone.id}`) }
  },
  GetChange: ({ input }) => ({ ChangeInfo: change(text(input.Id).replace(/^\/?change\//, '')) }),
  ChangeTagsForResource: (call) => {
    const found = tagged(call)
    const added = tagsOf(call.input.AddTags)
    const removed = texts(call.input.RemoveTagKeys)
    found.tags = Object.fromEntries(
      Object.entries({ ...found.tags, ...added }).filter(([key]) => !removed.includes(key)),
    )
    return {}
  },
  ListTagsForResource: (call) => ({
    ResourceTagSet: {
      ResourceType: call.input.ResourceType,
      ResourceId: call.input.ResourceId,
      Tags: { Tag: Object.entries(tagged(call).tags).map(([Key, Value]) => ({ Key, Value })) },
    },
  }),
  ...recordActions,
  ...healthActions,
}

const tagged = (call: Call): Entity =>
  call.input.ResourceType === 'healthcheck'
    ? checkOf({ ...call, input: { HealthCheckId: call.input.ResourceId } })
    : zoneOf({ ...call, input: { Id: call.input.ResourceId } })
