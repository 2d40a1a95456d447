// Regions, zones and what is offered in them. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/

import type { Handlers } from './cloud.ts'
import { filtered } from './ec2-filters.ts'
import { AwsError } from './errors.ts'
import { isTrue, text, texts } from './json.ts'
import { page } from './pages.ts'
import { regionNames, typesIn } from './zones.ts'

export const zoneActions: Handlers = {
  DescribeRegions: ({ input }) => {
    const wanted = texts(input.RegionName)
    return {
      regionInfo: filtered(
        regionNames
          .filter((name) => wanted.length === 0 || wanted.includes(name))
          .map((regionName) => ({
            regionName,
            regionEndpoint: `ec2.${regionName}.amazonaws.com`,
            optInStatus: 'opt-in-not-required',
          })),
        input.Filter,
      ),
    }
  },
  DescribeAvailabilityZones: (call) => {
    const { cloud, input } = call
    const all = isTrue(input.AllAvailabilityZones)
    const names = texts(input.ZoneName)
    const shown = cloud.zones(call).filter((it) => all || it.optIn !== 'not-opted-in')
    for (const name of names)
      if (!shown.some((it) => it.name === name))
        throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name}]`)
    const zones = shown.map((it) => ({
      zoneName: it.name,
      zoneId: it.id,
      zoneType: it.kind,
      zoneState: 'available',
      regionName: call.region,
      groupName: it.group,
      networkBorderGroup: it.kind === 'availability-zone' ? call.region : it.group,
      optInStatus: it.optIn,
      ...(it.parent !== undefined && { parentZoneName: it.parent }),
      messageSet: [],
    }))
    return {
      availabilityZoneInfo: filtered(
        zones.filter((it) => names.length === 0 || names.includes(it.zoneName)),
        input.Filter,
        { state: 'zoneState', 'opt-in-status': 'optInStatus' },
      ),
    }
  },
  ModifyAvailabilityZoneGroup: (call) => {
    const { cloud, input, account } = call
    const group = text(input.GroupName)
    const zone = cloud.zones(call).find((it) => it.group === group)
    if (zone === undefined || zone.kind === 'availability-zone')
      throw new AwsError('InvalidParameterValue', `Invalid value '${group}' for parameter GroupName`)
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyAvailabilityZoneGroup.html: opting out is by AWS Support
    if (text(input.OptInStatus) !== 'opted-in')
      throw new AwsError('InvalidParameterValue', 'To opt out, contact AWS Support')
    const key = `${account}/${group}`
    if (!cloud.optIns.has(key)) {
      cloud.optIns.set(key, 'pending')
      cloud.go(async () => {
        await cloud.pause(cloud.resourceMilliseconds * 5)
        cloud.optIns.set(key, 'opted-in')
      })
    }
    return { return: true }
  },
  DescribeInstanceTypeOfferings: (call) => {
    const { cloud, input } = call
    const by = text(input.LocationType) || 'region'
    const usable = cloud.zones(call)
    const all =
      by === 'region'
        ? [...new Set(usable.filter((it) => it.kind === 'availability-zone').flatMap(typesIn))].map((instanceType) => ({
            instanceType,
            locationType: by,
            location: call.region,
          }))
        : usable.flatMap((zone) =>
            typesIn(zone).map((instanceType) => ({
              instanceType,
              locationType: by,
              location: by === 'availability-zone-id' ? zone.id : zone.name,
            })),
          )
    const { items, next } = page(
      cloud,
      filtered(all, input.Filter, { 'instance-type': 'instanceType', location: 'location' }),
      input.NextToken,
      input.MaxResults,
      1_000,
    )
    return { instanceTypeOfferingSet: items, ...(next !== undefined && { nextToken: next }) }
  },
}
