// What is of the fleet and not declared any more: stacks by their tag, wherever the fleet has stacks or had some by the ledger, and what was
// put onto clusters that existed before and have left the file.

import { DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import type { Fleet } from '../../model/fleet.ts'
import { placeKey, placesOf, whereOfStack } from './aws/fleet-accounts.ts'
import type { StackThere } from './aws/preflight/names.ts'
import { stacksIn } from './aws/preflight/names.ts'
import type { Left } from './aws/sweep.ts'
import type { Where } from './aws/where.ts'
import type { Api, Ground } from './ground.ts'
import type { KnownCluster, LedgerState } from './ledger.ts'

export interface OwnStack extends StackThere {
  readonly at: Where
  /** In a Region that neither the file nor a ledger names: another fleet of the same name may have made it. */
  readonly isGuessed: boolean
}

export interface OwnStacks {
  /** Of this fleet by their tag. */
  readonly own: readonly OwnStack[]
  /** Of those, what no stack of the plan is: the one that stands on others first. */
  readonly undeclared: readonly OwnStack[]
  /** All that was looked at. */
  readonly places: readonly Where[]
  /** Where nobody could look. */
  readonly unseen: readonly string[]
  /** Of Regions that were only guessed, those that who asks may not look into. */
  readonly blind: readonly string[]
}

export const placesOfStacks = (fleet: Fleet, stacks: readonly StackFile[]): readonly Where[] =>
  placesOf(stacks.map((file) => whereOfStack(fleet, file)))

/** `before`: where earlier runs had stacks; `more`: where nothing says that there were any. */
export async function ownStacks(
  { plan: { fleet }, aws }: Pick<Ground, 'plan' | 'aws'>,
  stacks: readonly StackFile[],
  before: LedgerState | undefined,
  more: readonly Where[] = [],
): Promise<OwnStacks> {
  const declared = placesOfStacks(fleet, stacks)
  const known = new Set(declared.map(placeKey))
  const earlier = placesOf([...placesIn(before), ...more]).filter((at) => !known.has(placeKey(at)))
  const named = new Set(fleet.accounts.map(({ name }) => name))
  const unseen: string[] = []
  const blind: string[] = []
  const looked = await Promise.all(
    [...declared, ...earlier].map(async (at): Promise<{ at: Where; found: readonly OwnStack[] }> => {
      const tagged = async () => (await stacksIn(aws, at)).filter((it) => it.fleet === fleet.name)
      const isGuessed = more.includes(at)
      if (known.has(placeKey(at))) return { at, found: (await tagged()).map((it) => ({ ...it, at, isGuessed })) }
      if (at.account !== undefined && !named.has(at.account)) {
        unseen.push(
          `stacks in ${at.region} of the account ${at.account}, which the fleet does not name any more: declare it again to have them looked for`,
        )
        return { at, found: [] }
      }
      try {
        return { at, found: (await tagged()).map((it) => ({ ...it, at, isGuessed })) }
      } catch (error) {
        if (isGuessed) blind.push(at.region)
        else unseen.push(`stacks in ${at.region}: ${(error as Error).message}`)
        return { at, found: [] }
      }
    }),
  )
  // an account that has got a name, or another one, is looked into twice; declared places come first
  const all = looked.flatMap(({ found }) => found)
  const own = all.filter(({ id }, index) => all.findIndex((it) => it.id === id) === index)
  const wanted = new Set(stacks.map((file) => keyOf(file.name, whereOfStack(fleet, file))))
  return {
    own,
    undeclared: own
      .filter(({ name, at }) => !wanted.has(keyOf(name, at)))
      .sort((a, b) => rankOf(fleet, a) - rankOf(fleet, b) || (a.name < b.name ? -1 : 1)),
    places: placesOf([...declared, ...own.map(({ at }) => at), ...earlier.filter((at) => !more.includes(at))]),
    unseen,
    blind: [...new Set(blind)].sort(),
  }
}

const keyOf = (name: string, at: Where): string => `${placeKey(at)} ${name}`

const placesIn = (before: LedgerState | undefined): readonly Where[] =>
  (before?.places ?? []).map(({ account, region }) => ({ account, region }))

/** Where no ledger says where the fleet was: every Region that is open to the accounts, as far as who asks may look there. */
export async function everyRegion(
  { plan: { fleet }, aws }: Ground,
  declared: readonly Where[],
): Promise<readonly Where[]> {
  const accounts = fleet.accounts.length === 0 ? [undefined] : fleet.accounts.map(({ name }) => name)
  const found = await Promise.all(
    accounts.map(async (account): Promise<readonly Where[]> => {
      const home = declared.find((at) => at.account === account)
      if (home === undefined) return []
      try {
        const { Regions = [] } = await aws.ec2(home).send(new DescribeRegionsCommand({}))
        return Regions.flatMap(({ RegionName }) => (RegionName === undefined ? [] : { account, region: RegionName }))
      } catch {
        return []
      }
    }),
  )
  return found.flat()
}

/** What stands on others before those: `alarms` before `cluster`, `cluster` before `network`. */
const order = ['dns', 'alarms', 'front', 'karmada', 'addons', 'nodes', 'host', 'cluster', 'endpoints', 'network']

export const kindOfStack = (fleet: Fleet, { name }: Pick<StackThere, 'name'>): string =>
  name.slice(fleet.name.length + 1).split('-')[0] ?? ''

export const rankOf = (fleet: Fleet, stack: Pick<StackThere, 'name'>): number => {
  const rank = order.indexOf(kindOfStack(fleet, stack))
  return rank === -1 ? 0 : rank
}

/** The EKS cluster that an undeclared stack made. */
export const clusterOfStack = (fleet: Fleet, stack: Pick<StackThere, 'name'>): string | undefined =>
  kindOfStack(fleet, stack) === 'cluster' ? stack.name.slice(`${fleet.name}-cluster-`.length) : undefined

export const stackLeft = (fleet: Fleet, { name, status, at }: OwnStack): Left => ({
  ...{ kind: `stack (${status})`, id: name, region: at.region, dollarsPerDay: 0 },
  command: `aws cloudformation delete-stack --region ${at.region} --stack-name ${name}`,
  ...(clusterOfStack(fleet, { name }) !== undefined && {
    why: 'empty the cluster first: load balancers and volumes that its controllers made stay otherwise',
  }),
})

/** Clusters that existed before, by their contexts. */
export const knownClusters = (fleet: Fleet): readonly KnownCluster[] =>
  fleet.clusters.flatMap(({ name, kind, existing = {} }): readonly KnownCluster[] => {
    const { context = name, kubeconfig } = existing
    return kind === 'existing' ? [{ name, context, ...(kubeconfig !== undefined && { kubeconfig }) }] : []
  })

const isSamePlace = (one: KnownCluster, other: KnownCluster): boolean =>
  one.context === other.context && one.kubeconfig === other.kubeconfig

/** Those that have left the file, by what the ledger knows of them; one that is only called otherwise has not. */
export const forgottenClusters = (
  fleet: Fleet,
  before: LedgerState | undefined,
): readonly (Api & { kind: 'cluster' })[] =>
  (before?.clusters ?? [])
    .filter((one) => !fleet.clusters.some(({ name }) => name === one.name))
    .filter((one) => !knownClusters(fleet).some((it) => isSamePlace(it, one)))
    .map(({ name, context, kubeconfig }) => ({
      ...{ kind: 'cluster', name },
      undeclared: { context, ...(kubeconfig !== undefined && { kubeconfig }) },
    }))
