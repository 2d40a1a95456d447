// Who asks, and whether the account is the one that the fleet means; then whether it has enabled the Regions.

import { DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { Ground } from '../../ground.ts'
import type { Aws, Where } from '../clients.ts'
import { awsRefusal, troubleOf } from '../errors.ts'
import type { PreflightFinding } from './finding.ts'
import { tolerant } from './finding.ts'

export async function identityFindings(
  { plan, aws }: Ground,
  places: readonly Where[],
): Promise<readonly PreflightFinding[]> {
  // the first Region of each: STS knows the account everywhere
  const accounts = [...new Map([...places].reverse().map((at) => [at.account, at])).values()].reverse()
  const found = await Promise.all(
    accounts.map(async (at): Promise<readonly PreflightFinding[]> => {
      const declared = plan.fleet.accounts.find(({ name }) => name === at.account)
      const name = at.account ?? 'of these credentials'
      const what =
        at.account === undefined
          ? `AWS in ${at.region} does not say who you are`
          : `the account ${name} in ${at.region} cannot be asked`
      try {
        const { Account, Arn } = await callerIn(aws, at)
        if (declared === undefined || Account === declared.id) return []
        return [
          {
            severity: 'error',
            what: `the account ${name} is ${declared.id} in the fleet, and these credentials are of ${Account} (${Arn})`,
            why: 'all of it would be made in the wrong account',
            next: `log in to ${declared.id}, or declare a role of it: accounts[].roles.deploy`,
          },
        ]
      } catch (error) {
        const refusal = awsRefusal(error, what)
        // it does not answer: nothing was found that anybody could put right in the fleet
        if (refusal.kind === 'world') throw refusal
        const { message, hint } = refusal
        return [
          { severity: 'error', what: message, why: 'without it nothing is made and nothing is taken away', next: hint },
        ]
      }
    }),
  )
  // one cause has one message, however many accounts it stops
  return [...new Map(found.flat().map((it) => [it.next, it])).values()]
}

/** Asked in the Region; where that is none, or is not enabled, at home: then the Region is what is wrong, and not who asks. */
async function callerIn({ sts }: Pick<Aws, 'sts'>, at: Where): Promise<GetCallerIdentityCommandOutput> {
  try {
    return await sts(at).send(new GetCallerIdentityCommand({}))
  } catch (error) {
    const home = homeOf(at.region)
    if (home === at.region || !['noEndpoint', 'notEnabled', 'invalid'].includes(troubleOf(error))) throw error
    try {
      return await sts({ ...at, region: home }).send(new GetCallerIdentityCommand({}))
    } catch {
      throw error
    }
  }
}

export async function regionFindings({ aws }: Ground, places: readonly Where[]): Promise<readonly PreflightFinding[]> {
  const found = await Promise.all(
    places.map((at) =>
      tolerant(`the Region ${at.region}`, async () => {
        // asked where Regions are always enabled: one that is not answers nothing itself
        const home = { ...at, region: homeOf(at.region) }
        const { Regions = [] } = await aws.ec2(home).send(new DescribeRegionsCommand({ AllRegions: true }))
        const region = Regions.find(({ RegionName }) => RegionName === at.region)
        if (region === undefined)
          return [
            {
              severity: 'error',
              what: `there is no Region ${at.region}`,
              why: `AWS names ${Regions.map(({ RegionName }) => RegionName).join(', ')}`,
              next: 'correct networks[].region in the fleet',
            },
          ]
        if (region.OptInStatus !== 'not-opted-in') return []
        return [
          {
            severity: 'error',
            what: `the account ${at.account ?? 'of these credentials'} has not enabled the Region ${at.region}`,
            why: 'nothing can be made in it',
            next: `aws account enable-region --region-name ${at.region}; it takes minutes to hours`,
          },
        ]
      }),
    ),
  )
  return [...new Map(found.flat().map((it) => [it.what, it])).values()]
}

const homeOf = (region: string): string =>
  region.startsWith('cn-') ? 'cn-north-1' : region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'
