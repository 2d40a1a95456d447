// The fleet on real places, or nearer to it: looked at before anything is made, then every piece of work that is missing, side by side,
// each when what it needs is there. Whatever ended an earlier run, this one goes on from what is there.

import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import { stacksOf } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import { counted, listed } from '../../model/words.ts'
import { preflight } from './aws/preflight/preflight.ts'
import { stackWork } from './aws/stack-work.ts'
import { targetWork } from './aws/targets.ts'
import { zoneWork } from './aws/zones.ts'
import type { Consent } from './consent.ts'
import { giveBackLeft } from './drill/left.ts'
import type { Ground } from './ground.ts'
import type { Means } from './ground-for.ts'
import { groundFor } from './ground-for.ts'
import { leftOnForgotten } from './kubernetes/forgotten.ts'
import { kubernetesWork, onExistingClusters } from './kubernetes/index.ts'
import type { LedgerState } from './ledger.ts'
import { clustersOnPremises, onPremisesWork } from './on-premises/index.ts'
import type { RealReport } from './report.ts'
import { outcomeOf, reportsOf, withKept } from './report.ts'
import type { RunOptions } from './run.ts'
import { carried, ledgerFor } from './run.ts'
import type { Reviewed } from './stale.ts'
import { refuseChangedFleet, refuseChangedWorld } from './stale.ts'
import { forgottenClusters, ownStacks, placesOfStacks, stackLeft } from './undeclared.ts'
import type { Work } from './work.ts'

export interface UpOptions extends RunOptions {
  readonly plan: Plan
  readonly digest: string
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  readonly consent: Consent
  /** Carry out this plan and nothing else. */
  readonly reviewed?: Reviewed
  /** Only look. */
  readonly onlyPreflight?: boolean
  readonly means?: Means
}

/** Of a plan, what is done on AWS, in the clusters, and by people on their floors. */
export function workOf(ground: Ground, consent: Consent, means: Means = {}): readonly Work[] {
  const inClusters = [...onPremisesWork(ground, means), ...kubernetesWork(ground, means), ...targetWork(ground)]
  return [...zoneWork(ground, consent), ...stackWork(ground, consent, stacksOf(ground.plan), inClusters), ...inClusters]
}

export async function up(options: UpOptions): Promise<RealReport> {
  const { plan, digest, env, folder, consent, watch, reviewed } = options
  const { fleet } = plan
  if (reviewed !== undefined) refuseChangedFleet(reviewed, plan, digest)
  const stacks = stacksOf(plan)
  const ground = groundFor({ plan, stacks, env, folder, ...(options.means !== undefined && { means: options.means }) })
  const report = reportsOf('up', ground)
  try {
    const looked = await preflight(ground, stacks, watch.say)
    const { findings } = looked
    if (findings.some(({ severity }) => severity === 'error')) return report('refused', { findings })
    if (options.onlyPreflight === true) return report('looked', { findings })
    const missing = stacks.filter(({ name }) => !looked.there.has(name))
    const regions = [...new Set(stacks.map(({ region }) => region))].sort()
    const floors = clustersOnPremises(plan).length
    const question = [
      ...findings.map(({ what, next }) => `note  ${what}\n  next  ${next}`),
      ...(stacks.length === 0
        ? []
        : [
            `up ${fleet.name}: ${counted(stacks.length, 'stack')} in ${listed(regions)}${accountsOf(plan)}; ${missing.length === 0 ? 'all are there, and are looked at' : `${missing.length} to make`}. It costs money from the first one on.`,
          ]),
      ...(floors === 0
        ? []
        : [
            `up ${fleet.name}: ${counted(floors, 'cluster')} on premises, given to the cluster that makes it and watched.`,
          ]),
      ...onExistingClusters(plan).map((it) => `up ${fleet.name}: onto the existing cluster ${it}`),
      'Go on?',
    ].join('\n')
    if (!(await consent.yes(question))) return report('declined', { findings })
    const ledger = await ledgerFor(ground, 'up', options, placesOfStacks(fleet, stacks))
    try {
      if (reviewed !== undefined) refuseChangedWorld(reviewed, plan, looked.there, ledger.before?.digest === digest)
      await giveBackLeft(ground, watch.say, {
        warn: watch.warn ?? watch.say,
        ...(options.ledger !== undefined && { ledger: options.ledger }),
      })
      const { work, kept } = await carried(ground, workOf(ground, consent, options.means), ledger, options)
      const { left, unseen } = await notDeclared(ground, stacks, ledger.before)
      return report(outcomeOf(work), { findings, work, left: withKept(left, kept), unseen })
    } finally {
      await ledger.close()
    }
  } finally {
    ground.close()
  }
}

const accountsOf = ({ fleet }: Plan): string =>
  fleet.accounts.length === 0 ? '' : ` of ${listed(fleet.accounts.map(({ name, id }) => `${name} (${id})`))}`

/** What of this fleet is there and not declared any more: only named, `down` takes it. */
async function notDeclared(
  ground: Ground,
  stacks: readonly StackFile[],
  before: LedgerState | undefined,
): Promise<Pick<RealReport, 'left' | 'unseen'>> {
  const { fleet } = ground.plan
  try {
    const { undeclared, unseen } = await ownStacks(ground, stacks, before)
    const onClusters = await leftOnForgotten(ground, forgottenClusters(fleet, before))
    return { left: [...undeclared.map((it) => stackLeft(fleet, it)), ...onClusters], unseen }
  } catch (error) {
    return { left: [], unseen: [`what is not declared any more: ${(error as Error).message}`] }
  }
}
