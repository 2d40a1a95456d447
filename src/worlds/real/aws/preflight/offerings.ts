// Whether each zone offers the instance types that its nodes want: the error comes twenty minutes into a stack otherwise.

import type { _InstanceType } from '@aws-sdk/client-ec2'
import { paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2'
import { stackNames } from '../../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../../artefacts/cloudformation/stacks.ts'
import { asList, asRecord, asText, asTexts } from '../../../../artefacts/cloudformation/values.ts'
import { listed } from '../../../../model/words.ts'
import type { Ground } from '../../ground.ts'
import { whereOfStack } from '../fleet-accounts.ts'
import type { ZoneFacts } from './facts.ts'
import type { PreflightFinding } from './finding.ts'

export async function offeringFindings(
  { plan, aws }: Ground,
  stacks: readonly StackFile[],
  there: ReadonlySet<string>,
  facts: ZoneFacts,
): Promise<readonly PreflightFinding[]> {
  const named = stackNames(plan.fleet.name)
  const zoneOfSubnet = new Map(
    plan.steps
      .filter(({ kind }) => kind === 'network')
      .flatMap(({ intent }) => asList(intent.subnets).map(asRecord))
      .map((subnet) => [asText(subnet.name), asText(subnet.zone)]),
  )
  const found = await Promise.all(
    plan.steps
      .filter(({ kind, change }) => kind === 'pool.join' && change !== 'remove')
      .map(async ({ subject, intent }): Promise<readonly PreflightFinding[]> => {
        const { site = '', pool = '' } = subject
        const file = stacks.find(({ name }) => name === named.nodes(site, pool))
        const types = asTexts(intent.instanceTypes)
        const zones = [...new Set(asTexts(intent.subnets).map((it) => zoneOfSubnet.get(it) ?? ''))].filter(
          (it) => it !== '',
        )
        if (file === undefined || there.has(file.name) || types.length === 0 || zones.length === 0) return []
        const at = whereOfStack(plan.fleet, file)
        // a zone that is not opted in to is not asked: it offers nothing yet, and the question comes
        const open = (await facts.in(at))
          .filter(({ OptInStatus }) => OptInStatus !== 'not-opted-in')
          .map(({ ZoneName }) => ZoneName)
        const asked = zones.filter((zone) => open.includes(zone))
        if (asked.length === 0) return []
        const offers = new Map(asked.map((zone) => [zone, new Set<string>()]))
        const filters = [
          { Name: 'location', Values: [...asked] },
          { Name: 'instance-type', Values: types as _InstanceType[] },
        ]
        for await (const page of paginateDescribeInstanceTypeOfferings(
          { client: aws.ec2(at) },
          { LocationType: 'availability-zone', Filters: filters },
        ))
          for (const { Location = '', InstanceType = '' } of page.InstanceTypeOfferings ?? [])
            offers.get(Location)?.add(InstanceType)
        // an Outpost has what was delivered with it, whatever its zone offers
        if (plan.fleet.sites.find(({ name }) => name === site)?.place.outpostArn !== undefined) return []
        return [...offers]
          .filter(([, offered]) => !types.some((type) => offered.has(type)))
          .map(([zone, offered]) => ({
            severity: 'error',
            what: `${zone} offers no ${listed(types)}, which ${site}/${pool} wants`,
            why:
              offered.size === 0
                ? 'DescribeInstanceTypeOfferings names none of them there'
                : `it offers ${listed([...offered])}`,
            next: `aws ec2 describe-instance-type-offerings --region ${at.region} --location-type availability-zone --filters Name=location,Values=${zone} names what there is`,
          }))
      }),
  )
  return found.flat()
}
