// VPCs that exist and are used, and those whose addresses would be taken for ours on a network that both can be reached through; hosted
// zones that the fleet says exist.

import { paginateDescribeVpcs } from '@aws-sdk/client-ec2'
import { GetHostedZoneCommand } from '@aws-sdk/client-route-53'
import { overlapCidr } from 'cidr-tools'
import { stackNames } from '../../../../artefacts/cloudformation/names.ts'
import { asList, asRecord, asText } from '../../../../artefacts/cloudformation/values.ts'
import type { Ground } from '../../ground.ts'
import type { Where } from '../clients.ts'
import { awsRefusal, codeOf } from '../errors.ts'
import type { PreflightFinding } from './finding.ts'

/** Addresses of one VPC never meet those of another but through a gateway that joins them. */
const joining = new Set(['transitGateway', 'virtualPrivateGateway', 'localGateway'])

export async function networkFindings(
  { plan, aws }: Ground,
  places: readonly Where[],
): Promise<readonly PreflightFinding[]> {
  const { fleet, steps } = plan
  const networks = steps.filter(
    ({ kind, intent, change }) => kind === 'network' && intent.part === undefined && change !== 'remove',
  )
  const found = await Promise.all(
    places.map(async (at): Promise<readonly PreflightFinding[]> => {
      const own = networks.filter(
        ({ intent }) => asText(intent.region) === at.region && (asText(intent.account) || undefined) === at.account,
      )
      if (own.length === 0) return []
      const vpcs: { readonly id: string; readonly cidr: string; readonly stack: string | undefined }[] = []
      for await (const page of paginateDescribeVpcs({ client: aws.ec2(at) }, {}))
        for (const { VpcId = '', CidrBlock = '', Tags = [] } of page.Vpcs ?? [])
          vpcs.push({
            id: VpcId,
            cidr: CidrBlock,
            stack: Tags.find(({ Key }) => Key === 'aws:cloudformation:stack-name')?.Value,
          })
      return own.flatMap(({ intent, subject }): readonly PreflightFinding[] => {
        const existing = asText(intent.existing)
        if (existing !== '')
          return vpcs.some(({ id }) => id === existing)
            ? []
            : [
                {
                  severity: 'error',
                  what: `there is no VPC ${existing} in ${at.region}, which the network ${subject.network} says exists`,
                  why: 'everything else would be made in it',
                  next: 'correct networks[].existing.vpcId, or the account or Region of the network',
                },
              ]
        const cidr = asText(intent.cidr)
        const isJoined = asList(intent.subnets)
          .flatMap((subnet) => asList(asRecord(subnet).routes))
          .some((route) => joining.has(asText(asRecord(route).via)))
        if (cidr === '' || !isJoined) return []
        return vpcs
          .filter(
            (vpc) =>
              vpc.stack !== stackNames(fleet.name).network(subject.network ?? '') &&
              vpc.cidr !== '' &&
              overlapCidr(vpc.cidr, cidr),
          )
          .map((vpc) => ({
            severity: 'note' as const,
            what: `${vpc.id} in ${at.region} has ${vpc.cidr}, which overlaps ${cidr} of the network ${subject.network}`,
            why: 'both may be joined by a gateway, and then only one of them is reached',
            next: 'give the network another cidr, if they ever meet',
          }))
      })
    }),
  )
  return found.flat()
}

export async function hostedZoneFindings({ plan, aws }: Ground): Promise<readonly PreflightFinding[]> {
  const found = await Promise.all(
    plan.fleet.dnsZones.map(async ({ name, account, existing }): Promise<readonly PreflightFinding[]> => {
      if (existing === undefined) return []
      const what = `the hosted zone ${existing.hostedZoneId}, which the fleet says is ${name}`
      try {
        const { HostedZone } = await aws
          .route53({ account, region: 'us-east-1' })
          .send(new GetHostedZoneCommand({ Id: existing.hostedZoneId }))
        if ((HostedZone?.Name ?? '').replace(/\.$/, '') === name) return []
        return [
          {
            severity: 'error',
            what: `${what}, is ${HostedZone?.Name}`,
            why: 'records of one zone cannot stand in another',
            next: 'correct dns.zones[].existing.hostedZoneId',
          },
        ]
      } catch (error) {
        const isNone = ['NoSuchHostedZone', 'InvalidInput'].includes(codeOf(error))
        const { message, hint } = awsRefusal(error, `${what}, cannot be looked at`)
        return [
          {
            severity: isNone ? 'error' : 'note',
            what: isNone ? `${what}, is not in the account ${account ?? ''}` : message,
            why: 'its records would have nowhere to stand',
            next: isNone ? 'correct dns.zones[].existing.hostedZoneId, or the account of the zone' : hint,
          },
        ]
      }
    }),
  )
  return found.flat()
}
