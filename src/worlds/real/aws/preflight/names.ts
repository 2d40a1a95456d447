// Stacks and clusters that already have a name of ours and are somebody else's: a stack says whose it is by its tag.

import { paginateDescribeStacks } from '@aws-sdk/client-cloudformation'
import { paginateListClusters } from '@aws-sdk/client-eks'
import { stackNames } from '../../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../../artefacts/cloudformation/stacks.ts'
import type { Ground } from '../../ground.ts'
import type { Aws, Where } from '../clients.ts'
import { awsRefusal } from '../errors.ts'
import { placeKey, whereOfStack } from '../fleet-accounts.ts'
import { tagOf } from '../stack-state.ts'
import { fleetTag, protectedIn } from '../stacks.ts'
import type { PreflightFinding } from './finding.ts'

export interface StackThere {
  /** Its ARN, with the number of its account: two names of one account lead to the same. */
  readonly id: string
  readonly name: string
  readonly status: string
  /** Whose it is by its tag. */
  readonly fleet: string | undefined
  /** Names that its tag protects. */
  readonly protects: readonly string[]
}

export async function stacksIn(aws: Aws, at: Where): Promise<readonly StackThere[]> {
  const found: StackThere[] = []
  try {
    for await (const page of paginateDescribeStacks({ client: aws.cloudFormation(at) }, {}))
      for (const stack of page.Stacks ?? [])
        found.push({
          ...{
            id: stack.StackId ?? '',
            name: stack.StackName ?? '',
            status: stack.StackStatus ?? '',
            fleet: tagOf(stack, fleetTag),
          },
          protects: protectedIn(stack),
        })
    return found
  } catch (error) {
    throw awsRefusal(error, `the stacks in ${at.region} cannot be listed`)
  }
}

export async function nameFindings(
  { plan, aws }: Ground,
  stacks: readonly StackFile[],
  all: readonly { readonly at: Where; readonly stacks: readonly StackThere[] }[],
): Promise<readonly PreflightFinding[]> {
  const { fleet } = plan
  const named = stackNames(fleet.name)
  const found = await Promise.all(
    all.map(async ({ at, stacks: there }): Promise<readonly PreflightFinding[]> => {
      const own = stacks.filter((file) => placeKey(whereOfStack(fleet, file)) === placeKey(at))
      const taken = there.filter(
        ({ name, fleet: owner, status }) =>
          owner !== fleet.name && status !== 'REVIEW_IN_PROGRESS' && own.some((file) => file.name === name),
      )
      const findings = taken.map(
        ({ name, fleet: owner }): PreflightFinding => ({
          severity: 'error',
          what: `there is a stack ${name} in ${at.region} that is ${owner === undefined ? 'not made by skerry' : `of the fleet ${owner}`}`,
          why: 'it would be changed into ours, or ours could not be made',
          next: 'give the fleet another metadata.name, or delete that stack if it is yours',
        }),
      )
      const clusters = fleet.clusters.filter(
        ({ name, kind }) =>
          kind === 'eks' &&
          own.some((file) => file.name === named.cluster(name)) &&
          !there.some((it) => it.name === named.cluster(name)),
      )
      if (clusters.length === 0) return findings
      const names = new Set<string>()
      for await (const page of paginateListClusters({ client: aws.eks(at) }, {}))
        for (const name of page.clusters ?? []) names.add(name)
      return [
        ...findings,
        ...clusters
          .filter(({ name }) => names.has(name))
          .map(
            ({ name }): PreflightFinding => ({
              severity: 'error',
              what: `there is an EKS cluster ${name} in ${at.region} that no stack of this fleet made`,
              why: 'two clusters of one name cannot be in one account and Region',
              next: 'call the cluster otherwise, declare it as existing, or delete it if it is yours',
            }),
          ),
      ]
    }),
  )
  return found.flat()
}
