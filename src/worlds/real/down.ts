// The fleet off real places: what would put things back is stopped first, then what controllers made goes while they still run, then stack
// by stack from the top; at the end whatever is left is named, with what it costs.

import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import { stacksOf } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import { counted, listed } from '../../model/words.ts'
import { placeKey, placesOf, whereOfStack } from './aws/fleet-accounts.ts'
import { identityFindings } from './aws/preflight/identity.ts'
import type { StackThere } from './aws/preflight/names.ts'
import { stacksIn } from './aws/preflight/names.ts'
import { deleteStack } from './aws/stack-deletion.ts'
import { protectedWith, stackId, stacksBackward } from './aws/stack-work.ts'
import { sweep } from './aws/sweep.ts'
import type { Consent } from './consent.ts'
import { giveBackLeft } from './drill/left.ts'
import type { Means } from './ground-for.ts'
import { groundFor } from './ground-for.ts'
import { kubernetesBackward, onExistingClusters } from './kubernetes/index.ts'
import { clustersOnPremises, onPremisesBackward } from './on-premises/index.ts'
import type { RealReport } from './report.ts'
import { outcomeOfDown } from './report.ts'
import type { RunOptions } from './run.ts'
import { carried, ledgerFor } from './run.ts'
import type { Work } from './work.ts'

export interface DownOptions extends RunOptions {
  readonly plan: Plan
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  readonly consent: Consent
  /** `STACK/RESOURCE`, left behind where it cannot be deleted. */
  readonly retain?: readonly string[]
  readonly means?: Means
}

export async function down(options: DownOptions): Promise<RealReport> {
  const { plan, env, folder, consent, watch, retain = [] } = options
  const { fleet } = plan
  const stacks = stacksOf(plan)
  const ground = groundFor({ plan, stacks, env, folder, ...(options.means !== undefined && { means: options.means }) })
  const began = ground.now().getTime()
  let findings: RealReport['findings'] = []
  const report = (ended: RealReport['ended'], more: Partial<RealReport> = {}): RealReport => ({
    ...{
      verb: 'down',
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
  try {
    const places = placesOf(stacks.map((file) => whereOfStack(fleet, file)))
    watch.say('who asks, and in which account')
    findings = await identityFindings(ground, places)
    if (findings.length > 0) return report('refused')
    watch.say('what is there')
    const all = (
      await Promise.all(places.map(async (at) => (await stacksIn(ground.aws, at)).map((it) => ({ ...it, at }))))
    ).flat()
    const own = all.filter((it) => it.fleet === fleet.name)
    const there = stacks.filter((file) =>
      own.some((it) => it.name === file.name && placeKey(it.at) === placeKey(whereOfStack(fleet, file))),
    )
    const undeclared = own.filter(({ name }) => !stacks.some((file) => file.name === name))
    const protects = own.filter((it) => !undeclared.includes(it)).flatMap((it) => it.protects)
    if (!(await isMeant(plan, consent, there, undeclared, protects))) return report('declined')
    const ledger = await ledgerFor(ground, 'down', options)
    let isOver = false
    try {
      const inClusters = kubernetesBackward(ground, options.means?.patience)
      const others = undeclared.map(
        ({ name, at }): Work => ({
          id: stackId(name),
          title: `Delete the stack ${name} in ${at.region}, which the fleet does not declare any more`,
          steps: [],
          needs: inClusters.map(({ id }) => id),
          at: at.region,
          run: (told) => deleteStack({ ...ground, consent }, { name, at, fleet: fleet.name, retain: [] }, told),
        }),
      )
      const works = [
        ...inClusters,
        ...onPremisesBackward(ground, inClusters, options.means),
        ...others,
        ...stacksBackward(ground, consent, stacks, { retain, before: beforeStack(plan, inClusters, others) }),
      ]
      await giveBackLeft(ground, watch.say, { warn: watch.warn ?? watch.say })
      const work = await carried(ground, works, ledger, options)
      watch.say('what is left')
      const { left, unseen } = await sweep(ground.aws, fleet, withGlobal(places))
      const ended = outcomeOfDown(work, left, unseen)
      isOver = ended === 'done' && left.length === 0
      findings = logGroupNotes(there)
      return report(ended, { work, left, unseen })
    } finally {
      await ledger.close(isOver)
    }
  } finally {
    ground.close()
  }
}

interface LoggingResource {
  readonly Type?: string
  readonly Properties?: { readonly Name?: unknown; readonly Logging?: unknown }
}

/**
 * EKS makes the group of a control plane's logs by itself, without a tag of the fleet, and deletes it never.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
const logGroupNotes = (stacks: readonly StackFile[]): RealReport['findings'] =>
  stacks.flatMap(({ template, region }) =>
    Object.values(template.Resources as Readonly<Record<string, LoggingResource>>).flatMap(({ Type, Properties }) => {
      const { Name, Logging } = Properties ?? {}
      if (Type !== 'AWS::EKS::Cluster' || Logging === undefined || typeof Name !== 'string') return []
      const group = `/aws/eks/${Name}/cluster`
      return [
        {
          severity: 'note' as const,
          what: `the log group ${group} in ${region} holds what the control plane of ${Name} logged`,
          why: 'EKS made it, no stack takes it away, and what it stores costs money',
          next: `aws logs delete-log-group --region ${region} --log-group-name ${group}`,
        },
      ]
    }),
  )

/** Route 53 is listed in us-east-1, wherever the rest of a fleet is. */
const withGlobal = (places: RealPlaces): RealPlaces =>
  placesOf([...places, ...places.slice(0, 1).map((at) => ({ ...at, region: 'us-east-1' }))])

type RealPlaces = ReturnType<typeof placesOf>

async function isMeant(
  plan: Plan,
  consent: Consent,
  there: readonly StackFile[],
  undeclared: readonly StackThere[],
  /** By the tags of stacks that are declared. */
  tagged: readonly string[],
): Promise<boolean> {
  const { fleet } = plan
  // a network carries them, and has no name that would say more
  const own = new Set([...fleet.sites, ...fleet.clusters].map(({ name }) => name))
  const onPremises = clustersOnPremises(plan)
  const protectedOnPremises = plan.backward
    .filter((it) => it.protected && it.kind === 'cluster.delete' && onPremises.includes(it.subject.cluster ?? ''))
    .map(({ subject }) => subject.cluster ?? '')
  const protectedNames = [
    ...new Set([
      ...[...there.flatMap(({ name }) => protectedWith(plan, name)), ...tagged, ...protectedOnPremises].filter((it) =>
        own.has(it),
      ),
      // the file does not know these any more: the stacks themselves say so
      ...undeclared.flatMap(({ protects }) => protects),
    ]),
  ].sort()
  const clusters = fleet.clusters.filter(({ name }) =>
    there.some((file) => file.name === `${fleet.name}-cluster-${name}`),
  )
  const stacks = [...there, ...undeclared].map(({ name }) => name)
  const existing = onExistingClusters(plan)
  const lost = [
    ...(stacks.length === 0
      ? []
      : [
          `down ${fleet.name}: ${counted(stacks.length, 'stack')} and all that runs in them would be deleted: ${listed(stacks)}`,
        ]),
    ...(onPremises.length === 0
      ? []
      : [
          `down ${fleet.name}: ${counted(onPremises.length, 'cluster')} on premises would be deleted, machines and volumes with them: ${listed(onPremises.slice(0, 20))}${onPremises.length > 20 ? ' and others' : ''}`,
        ]),
    ...(clusters.length === 0
      ? []
      : [
          `lost with them: everything in ${listed(clusters.map(({ name }) => name))}, volumes and load balancers included`,
        ]),
    ...existing.map((it) => `down ${fleet.name}: the cluster stays, and the fleet is taken off it. ${it}`),
    ...(stacks.length + onPremises.length + existing.length === 0
      ? [`down ${fleet.name}: no stack of it is there; what its clusters still hold of it would be deleted`]
      : []),
  ].join('\n')
  for (const name of protectedNames) if (!(await consent.named(name, lost, protectedNames))) return false
  return consent.yes(`${lost}\nGo on?`)
}

/** Names are withdrawn at once; all that carries a cluster waits until what runs in it has been taken away by those who made it. */
const beforeStack =
  ({ fleet }: Plan, inClusters: readonly Work[], others: readonly Work[]) =>
  ({ name, needs }: StackFile): readonly string[] => {
    if (name.startsWith(`${fleet.name}-dns-`) || name.startsWith(`${fleet.name}-alarms-`)) return []
    const clusters = fleet.clusters
      .map((it) => it.name)
      .filter((it) => name === `${fleet.name}-cluster-${it}` || needs.includes(`${fleet.name}-cluster-${it}`))
    const federations = fleet.federations
      .filter(({ host, name: own }) => clusters.includes(host) || name === `${fleet.name}-karmada-${own}`)
      .map((it) => it.name)
    const wanted = new Set([...clusters, ...federations])
    // a network carries its clusters, and their stacks wait already
    return [
      ...inClusters.filter(({ id }) => id.split('/').some((part) => wanted.has(part))),
      ...others.filter(() => clusters.length === 0),
    ].map(({ id }) => id)
  }
