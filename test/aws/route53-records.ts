// Record sets: batches that are taken whole or not at all, and lists of them.

import type { Handlers } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { isTrue, record, records, text, texts } from './json.ts'
import { existing, problemsWith, withDot } from './records.ts'
import { recordId } from './resources/route53.ts'
import { change, recordsOf, zoneOf } from './route53-calls.ts'

export const recordActions: Handlers = {
  ChangeResourceRecordSets: (call) => {
    const { cloud, input } = call
    const zone = zoneOf(call)
    const changes = records(record(input.ChangeBatch).Changes)
    const problems: string[] = []
    // all or nothing: tried on the real store, and taken back when one is refused
    const undo: (() => void)[] = []
    for (const { Action, ResourceRecordSet } of changes) {
      const wanted = asProperties(zone, record(ResourceRecordSet))
      const there = existing(cloud, zone, wanted)
      const name = `[name='${text(wanted.Name)}', type='${text(wanted.Type)}'${wanted.SetIdentifier === undefined ? '' : `, set-identifier='${text(wanted.SetIdentifier)}'`}]`
      if (Action === 'DELETE') {
        if (there === undefined) problems.push(`Tried to delete resource record set ${name} but it was not found`)
        else if (!matches(there, wanted))
          problems.push(
            `Tried to delete resource record set ${name} but the values provided do not match the current values`,
          )
        else if (there.of === zone.id)
          problems.push(
            `A HostedZone must contain at least one NS record for the zone itself, and exactly one SOA record.`,
          )
        else {
          cloud.store.remove(there)
          undo.push(() => cloud.store.add(there))
        }
        continue
      }
      if (Action === 'CREATE' && there !== undefined) {
        problems.push(`Tried to create resource record set ${name} but it already exists`)
        continue
      }
      const found = problemsWith(cloud, zone, wanted, there)
      problems.push(...found)
      if (found.length > 0) continue
      if (there !== undefined) {
        const was = there.properties
        // a record keeps the shape in which its stack declared it
        there.properties = { ...wanted, Name: was.Name }
        undo.push(() => {
          there.properties = was
        })
      } else {
        const added = cloud.store.add({
          type: 'AWS::Route53::RecordSet',
          id: recordId(wanted),
          arn: undefined,
          account: zone.account,
          region: zone.region,
          properties: wanted,
          attributes: { ZoneId: zone.id, FullName: wanted.Name },
          tags: {},
          status: 'INSYNC',
          madeAt: new Date(),
        })
        undo.push(() => cloud.store.remove(added))
      }
    }
    if (problems.length > 0) {
      for (const back of undo.reverse()) back()
      throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`)
    }
    return { ChangeInfo: change(`C${cloud.store.unique(12).toUpperCase()}`) }
  },
  ListResourceRecordSets: (call) => {
    const zone = zoneOf(call)
    const all = [...recordsOf(call, zone)].sort((a, b) => order(a).localeCompare(order(b)))
    const from =
      call.input.name === undefined
        ? undefined
        : `${withDot(text(call.input.name)).split('.').reverse().join('.')} ${text(call.input.type)} ${text(call.input.identifier)}`.trim()
    const start = from === undefined ? 0 : all.findIndex((it) => order(it).trim().localeCompare(from) >= 0)
    const left = start < 0 ? [] : all.slice(start)
    const size = Math.min(Number(call.input.maxitems ?? 300), call.cloud.options.pageSize ?? 300)
    const next = left[size]
    return {
      ResourceRecordSets: { ResourceRecordSet: left.slice(0, size).map(recordShown) },
      IsTruncated: next !== undefined,
      MaxItems: String(size),
      ...(next !== undefined && {
        NextRecordName: next.attributes.FullName,
        NextRecordType: next.properties.Type,
        NextRecordIdentifier: next.properties.SetIdentifier,
      }),
    }
  },
}

const recordShown = ({ properties, attributes }: Entity): Input => {
  const { HostedZoneId: _, HostedZoneName: __, ResourceRecords, Name: ___, Comment: ____, ...others } = properties
  return {
    Name: attributes.FullName,
    ...others,
    ...(ResourceRecords !== undefined && {
      ResourceRecords: { ResourceRecord: texts(ResourceRecords).map((Value) => ({ Value })) },
    }),
  }
}

/** Names are sorted by their labels from the right. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
const order = (it: Entity): string =>
  `${text(it.attributes.FullName).split('.').reverse().join('.')} ${text(it.properties.Type)} ${text(it.properties.SetIdentifier)}`

/** What came as XML, as CloudFormation spells it. */
const asProperties = (zone: Entity, set: Input): Input => ({
  ...set,
  HostedZoneId: zone.id,
  Name: withDot(text(set.Name)),
  ...(set.ResourceRecords !== undefined && {
    ResourceRecords: records(set.ResourceRecords).map((it) => text(it.Value)),
  }),
  ...(set.AliasTarget !== undefined && {
    AliasTarget: {
      ...record(set.AliasTarget),
      EvaluateTargetHealth: isTrue(record(set.AliasTarget).EvaluateTargetHealth),
    },
  }),
})

const matches = (there: Entity, wanted: Input): boolean =>
  text(there.properties.TTL) === text(wanted.TTL) &&
  texts(there.properties.ResourceRecords).sort().join() === texts(wanted.ResourceRecords).sort().join()
