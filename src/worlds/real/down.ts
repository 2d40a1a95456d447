// The fleet off real places: what would put things back is stopped first, then what controllers made goes while they still run, then stack
// by stack from the top; at the end whatever is left is named, with what it costs.

import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import { stacksOf } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import { counted, listed } from '../../model/words.ts'
import { placeKey, whereOfStack } from './aws/fleet-accounts.ts'
import { identityFindings } from './aws/preflight/identity.ts'
import { deleteStack } from './aws/stack-deletion.ts'
import { protectedWith, retainedIn, stackId, stacksBackward } from './aws/stack-work.ts'
import type { Left } from './aws/sweep.ts'
import { sweep } from './aws/sweep.ts'
import type { Consent } from './consent.ts'
import { giveBackLeft } from './drill/left.ts'
import type { Ground } from './ground.ts'
import type { Means } from './ground-for.ts'
import { groundFor } from './ground-for.ts'
import { forgottenBackward, leftOnForgotten } from './kubernetes/forgotten.ts'
import { kubernetesBackward, onExistingClusters, undeclaredFronts } from './kubernetes/index.ts'
import { stateIn } from './ledger.ts'
import { clustersOnPremises, onPremisesBackward } from './on-premises/index.ts'
import type { RealReport } from './report.ts'
import { outcomeOfDown, reportsOf, withKept } from './report.ts'
import type { RunOptions } from './run.ts'
import { carried, ledgerFor, shelfFor } from './run.ts'
import type { OwnStack } from './undeclared.ts'
import { clusterOfStack, everyRegion, forgottenClusters, ownStacks, placesOfStacks, rankOf } from './undeclared.ts'
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
  const report = reportsOf('down', ground)
  try {
    watch.say('who asks, and in which account')
    const places = placesOfStacks(fleet, stacks)
    const findings = await identityFindings(ground, places)
    if (findings.length > 0) return report('refused', { findings })
    watch.say('what is there')
    const before = await stateIn(shelfFor(ground, options.ledger))
    const regions = before === undefined ? await everyRegion(ground, places) : []
    const all = await ownStacks(ground, stacks, before, regions)
    const { own, undeclared } = all
    const there = stacks.filter((file) => {
      const key = placeKey(whereOfStack(fleet, file))
      return own.some((it) => it.name === file.name && placeKey(it.at) === key)
    })
    const onForgotten = await leftOnForgotten(ground, forgottenClusters(fleet, before))
    const forgotten = forgottenClusters(fleet, before).filter(({ name }) =>
      onForgotten.some(({ region }) => region === name),
    )
    const protects = own.filter((it) => !undeclared.includes(it)).flatMap((it) => it.protects)
    if (!(await isMeant(plan, consent, { there, undeclared, onForgotten }, protects))) return report('declined')
    const ledger = await ledgerFor(ground, 'down', options, all.places)
    let isOver = false
    try {
      const inClusters = kubernetesBackward(ground, options.means?.patience)
      const others = undeclaredBackward(ground, consent, stacks, { undeclared, retain, inClusters }, options.means)
      const works = [
        ...inClusters,
        ...onPremisesBackward(ground, inClusters, options.means),
        ...others,
        ...forgottenBackward(ground, forgotten, options.means?.patience),
        ...stacksBackward(ground, consent, stacks, { retain, before: beforeStack(plan, inClusters, others) }),
      ]
      await giveBackLeft(ground, watch.say, {
        warn: watch.warn ?? watch.say,
        ...(options.ledger !== undefined && { ledger: options.ledger }),
      })
      const { work, kept } = await carried(ground, works, ledger, options)
      watch.say('what is left')
      const clusters = undeclared.flatMap((it) => clusterOfStack(fleet, it) ?? [])
      const swept = await sweep(ground.aws, fleet, all.places, clusters)
      const unseen = [...swept.unseen, ...all.unseen]
      const asked = new Set(kept.map(({ id }) => id))
      const ended = outcomeOfDown(
        work,
        swept.left.filter(({ id }) => !asked.has(id)),
        unseen,
      )
      // what was left behind as asked is found by the ledger later, wherever it is
      isOver = ended === 'done' && swept.left.length === 0
      return report(ended, {
        findings: [...logGroupNotes(there), ...blindNotes(all.blind)],
        work,
        left: withKept(swept.left, kept),
        unseen,
      })
    } finally {
      await ledger.close(isOver)
    }
  } finally {
    ground.close()
  }
}

/** What the fleet does not declare any more, the one that stands on others first; its clusters are emptied before they go. */
function undeclaredBackward(
  ground: Ground,
  consent: Consent,
  stacks: readonly StackFile[],
  {
    undeclared,
    retain,
    inClusters,
  }: {
    readonly undeclared: readonly OwnStack[]
    readonly retain: readonly string[]
    readonly inClusters: readonly Work[]
  },
  means: Means | undefined,
): readonly Work[] {
  const { fleet } = ground.plan
  const declared = new Set(stacks.map(({ name }) => name))
  // a stack that moved to another Region has the name of the one that is declared
  const idOf = ({ name, at }: OwnStack): string => `${stackId(name)}${declared.has(name) ? `/${placeKey(at)}` : ''}`
  const emptied = undeclared.flatMap((it) => {
    const cluster = clusterOfStack(fleet, it)
    return cluster === undefined ? [] : [undeclaredFronts(ground, cluster, it.at, means?.patience)]
  })
  return [
    ...emptied,
    ...undeclared.map(
      (it): Work => ({
        id: idOf(it),
        title: `Delete the stack ${it.name} in ${it.at.region}, which the fleet does not declare any more`,
        steps: [],
        needs: [
          ...[...inClusters, ...emptied].map(({ id }) => id),
          ...undeclared.filter((other) => rankOf(fleet, other) < rankOf(fleet, it)).map(idOf),
        ],
        at: it.at.region,
        run: (told) =>
          deleteStack(
            { ...ground, consent },
            { name: it.name, at: it.at, fleet: fleet.name, retain: retainedIn(retain, it.name) },
            told,
          ),
      }),
    ),
  ]
}

/** Without a ledger nothing says where the fleet was before. */
const blindNotes = (regions: readonly string[]): RealReport['findings'] =>
  regions.length === 0
    ? []
    : [
        {
          severity: 'note',
          what: `${counted(regions.length, 'Region')} that the file does not name could not be looked into: ${listed(regions)}`,
          why: 'no ledger is here that says where the fleet was before: it is on another machine, or lost',
          next: 'name the ledger of those who brought it up: --ledger; or look there yourself: aws cloudformation describe-stacks --region REGION',
        },
      ]

const onClusters = ['karmada', 'addons', 'nodes']

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

async function isMeant(
  plan: Plan,
  consent: Consent,
  {
    there,
    undeclared,
    onForgotten,
  }: {
    readonly there: readonly StackFile[]
    readonly undeclared: readonly OwnStack[]
    readonly onForgotten: readonly Left[]
  },
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
      ...undeclared.flatMap(({ name, isGuessed }) => (isGuessed ? [name] : [])),
    ]),
  ].sort()
  const clusters = fleet.clusters.filter(({ name }) =>
    there.some((file) => file.name === `${fleet.name}-cluster-${name}`),
  )
  const stacks = [
    ...there.map(({ name }) => name),
    ...undeclared.map(({ name, at, isGuessed }) =>
      isGuessed
        ? `${name} in ${at.region}, which neither the file nor a ledger names: it may be that of another fleet with this name`
        : `${name} in ${at.region}, which the file does not declare any more`,
    ),
  ]
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
    ...onForgotten.map(
      ({ kind, id, region }) => `down ${fleet.name}: ${region}, which the file does not name any more: ${kind} ${id}`,
    ),
    ...(stacks.length + onPremises.length + existing.length + onForgotten.length === 0
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
      // a control plane goes after its nodes, and a network after all
      ...others.filter(
        ({ id }) =>
          clusters.length === 0 || onClusters.some((kind) => id.startsWith(stackId(`${fleet.name}-${kind}-`))),
      ),
    ].map(({ id }) => id)
  }
