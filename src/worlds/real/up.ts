// The fleet on real places, or nearer to it: looked at before anything is made, then every piece of work that is missing, side by side,
// each when what it needs is there. Whatever ended an earlier run, this one goes on from what is there.

import { stacksOf } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import { counted, listed } from '../../model/words.ts'
import { placesOf, whereOfStack } from './aws/fleet-accounts.ts'
import { stacksIn } from './aws/preflight/names.ts'
import { preflight } from './aws/preflight/preflight.ts'
import { stackWork } from './aws/stack-work.ts'
import { targetWork } from './aws/targets.ts'
import { zoneWork } from './aws/zones.ts'
import type { Consent } from './consent.ts'
import { giveBackLeft } from './drill/left.ts'
import type { Ground } from './ground.ts'
import type { Means } from './ground-for.ts'
import { groundFor } from './ground-for.ts'
import { kubernetesWork, onExistingClusters } from './kubernetes/index.ts'
import { clustersOnPremises, onPremisesWork } from './on-premises/index.ts'
import type { RealReport } from './report.ts'
import { outcomeOf } from './report.ts'
import type { RunOptions } from './run.ts'
import { carried, ledgerFor } from './run.ts'
import type { Reviewed } from './stale.ts'
import { refuseChangedFleet, refuseChangedWorld } from './stale.ts'
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
  const began = ground.now().getTime()
  const report = (ended: RealReport['ended'], more: Partial<RealReport> = {}): RealReport => ({
    ...{
      verb: 'up',
      fleet: fleet.name,
      seconds: (ground.now().getTime() - began) / 1000,
      findings,
      ended,
      work: [],
      left: [],
      unseen: [],
    },
    ...more,
  })
  let findings: RealReport['findings'] = []
  try {
    const looked = await preflight(ground, stacks, watch.say)
    findings = looked.findings
    if (findings.some(({ severity }) => severity === 'error')) return report('refused')
    if (options.onlyPreflight === true) return report('looked')
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
    if (!(await consent.yes(question))) return report('declined')
    const ledger = await ledgerFor(ground, 'up', options)
    try {
      if (reviewed !== undefined) refuseChangedWorld(reviewed, plan, looked.there, ledger.before?.digest === digest)
      await giveBackLeft(ground, watch.say, { warn: watch.warn ?? watch.say })
      const work = await carried(ground, workOf(ground, consent, options.means), ledger, options)
      const left = await undeclared(ground, new Set(stacks.map(({ name }) => name))).catch(() => [])
      return report(outcomeOf(work), { work, left })
    } finally {
      await ledger.close()
    }
  } finally {
    ground.close()
  }
}

const accountsOf = ({ fleet }: Plan): string =>
  fleet.accounts.length === 0 ? '' : ` of ${listed(fleet.accounts.map(({ name, id }) => `${name} (${id})`))}`

/** Stacks of this fleet that it does not declare any more. */
async function undeclared({ plan, aws }: Ground, declared: ReadonlySet<string>): Promise<RealReport['left']> {
  const places = placesOf(stacksOf(plan).map((file) => whereOfStack(plan.fleet, file)))
  const all = await Promise.all(places.map(async (at) => (await stacksIn(aws, at)).map((stack) => ({ ...stack, at }))))
  return all
    .flat()
    .filter(({ fleet, name }) => fleet === plan.fleet.name && !declared.has(name))
    .map(({ name, status, at }) => ({
      ...{ kind: `stack (${status})`, id: name, region: at.region, dollarsPerDay: 0 },
      command: `aws cloudformation delete-stack --region ${at.region} --stack-name ${name}`,
    }))
}
