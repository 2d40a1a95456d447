// Charts that no Flux installs, with the values that the runbook gives them. A release that is there with the same chart and values is left
// alone; one that a killed helm left behind is waited for, and then made good.

import { createHash } from 'node:crypto'
import { fleetValue } from '../../../artefacts/fleet-values.ts'
import { roleArn } from '../../../artefacts/infrastructure/controller.ts'
import { at, isFields } from '../../../artefacts/workloads/fields.ts'
import type { IntentValue, Plan, PlannedStep } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Ground } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import { clientOf } from './access.ts'
import type { Chart } from './app-charts.ts'
import { applyAll, filled } from './apply.ts'
import type { Kube } from './asking.ts'
import { awaited, unfinished } from './asking.ts'
import { withKubeconfig } from './kubeconfig.ts'
import { fleetMark } from './ownership.ts'
import { stepsOf } from './plan-steps.ts'
import { missingOf } from './ready.ts'

interface Listed {
  readonly status: string
  readonly chart: string
  readonly updated: string
}

/** Where a release is, whoever made it. */
export type ReleaseName = Pick<Chart, 'cluster' | 'release' | 'namespace'>

/** As helm says it is; `isOurs`: it bears the mark of the fleet. */
export interface FoundRelease extends Listed {
  readonly isOurs: boolean
}

/** A helm that was killed is not waited for longer. */
const pendingSeconds = 300

/** Whether anything was done. `before`: what goes onto the cluster first, once it is known that the release is nobody else's. */
export async function install(
  kube: Kube,
  told: Told,
  client: KubeClient,
  wanted: Chart,
  before?: () => Promise<boolean>,
): Promise<boolean> {
  const { release, namespace, chart, version, repository } = wanted
  const values = await filled(kube, wanted.values)
  const helm = (args: readonly string[], input?: string): Promise<string> =>
    helmAt(kube, told, client, [...args, '--namespace', namespace], input)
  const found = await settledRelease(kube, told, client, wanted)
  const isChanged = (await before?.()) === true
  if (found?.status === 'deployed' && plain(found.chart, chart) === plain(`${chart}-${version}`, chart)) {
    const live = JSON.parse(await helm(['get', 'values', release, '--output', 'json'])) as unknown
    if (digest(live ?? {}) === digest(values ?? {})) return isChanged
  }
  told.observe(`helm installs ${chart} ${version}`)
  await helm(
    [
      ...['upgrade', '--install', release, chart, '--repo', repository, '--version', version],
      ...['--create-namespace', '--labels', markOf(kube), '--values', '-'],
    ],
    JSON.stringify(values),
  )
  return true
}

/** Some charts carry the v of their tag, some do not. */
const plain = (listed: string, chart: string): string => listed.slice(chart.length + 1).replace(/^v/, '')

/**
 * A label of the release, which helm hands on from revision to revision, so that no revision is ever without it.
 * https://helm.sh/docs/helm/helm_upgrade/ (`--labels`, since 3.13)
 */
const markOf = ({ ground }: Kube): string => `${fleetMark}=${ground.plan.fleet.name}`

/** What helm says of a release, and whose it is; undefined where there is none. */
export async function releaseAt(
  kube: Kube,
  told: Told,
  client: KubeClient,
  name: ReleaseName,
): Promise<FoundRelease | undefined> {
  const found = await listed(kube, told, client, name)
  if (found === undefined) return undefined
  return { ...found, isOurs: (await listed(kube, told, client, name, ['--selector', markOf(kube)])) !== undefined }
}

async function listed(
  kube: Kube,
  told: Told,
  client: KubeClient,
  { release, namespace }: ReleaseName,
  more: readonly string[] = [],
): Promise<Listed | undefined> {
  const where = ['--all', '--namespace', namespace, '--filter', `^${release}$`, ...more, '--output', 'json']
  const text = await helmAt(kube, told, client, ['list', ...where])
  return (JSON.parse(text === '' ? '[]' : text) as readonly Listed[])[0]
}

export type OwnRelease = Pick<ReleaseName, 'release' | 'namespace'>

/** Of all namespaces, by the mark of the fleet. */
export async function ownReleases({ plan }: Ground, client: KubeClient): Promise<readonly OwnRelease[]> {
  const selector = encodeURIComponent(`owner=helm,${fleetMark}=${plan.fleet.name}`)
  const revisions = await client.get<{ readonly items: readonly KubeObject[] }>(
    `/api/v1/secrets?labelSelector=${selector}`,
  )
  const found = new Map<string, OwnRelease>()
  for (const { metadata } of revisions?.items ?? []) {
    const { namespace = '', labels: { name: release } = {} } = metadata
    if (release !== undefined) found.set(`${namespace}/${release}`, { release, namespace })
  }
  return [...found.values()]
}

/** How a person makes a release this fleet's, with all its revisions. */
export const releaseAdoption = ({ fleet }: Plan, { cluster, release, namespace }: ReleaseName): string =>
  `kubectl --context ${cluster} --namespace ${namespace} label secret --selector owner=helm,name=${release} ${fleetMark}=${fleet.name}`

export function foreignRelease(plan: Plan, name: ReleaseName): Refusal {
  const { cluster, release, namespace } = name
  return new Refusal(
    'refused',
    `the helm release ${namespace}/${release} of ${cluster} is there already, and not of this fleet: others run it, and it would be changed under them`,
    `ask them; where it is this fleet’s: ${releaseAdoption(plan, name)}; then run this again`,
  )
}

/** What helm says of a release; one of others is left alone, one that a killed helm left half done is first made good. */
async function settledRelease(kube: Kube, told: Told, client: KubeClient, wanted: Chart): Promise<Listed | undefined> {
  const { release, namespace, cluster } = wanted
  const look = () => listed(kube, told, client, wanted)
  const isPending = (it: Listed | undefined): it is Listed => it?.status.startsWith('pending') === true
  const first = await releaseAt(kube, told, client, wanted)
  if (first?.isOurs === false) throw foreignRelease(kube.ground.plan, wanted)
  if (!isPending(first)) return first
  const last = await awaited(
    kube,
    told,
    {
      what: `helm has ended on ${release} in ${cluster}`,
      seconds: pendingSeconds + 60,
      next: 'see helm list --pending',
    },
    async () => {
      const now = await look()
      if (!isPending(now)) return { ended: now }
      const began = Date.parse(
        now.updated.replace(/^(\S+) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d).*$/, '$1T$2$3:$4'),
      )
      const age = (kube.ground.now().getTime() - began) / 1000
      // no answer to when it began: whoever began it is given the whole time
      return age > pendingSeconds ? { left: now } : unfinished(`another helm is at work on it (${now.status})`)
    },
  )
  if ('ended' in last) return last.ended
  const undo = last.left.status === 'pending-install' ? ['uninstall', release] : ['rollback', release]
  await helmAt(kube, told, client, [...undo, '--namespace', namespace])
  return look()
}

/** With a kubeconfig that is there as long as helm runs. */
export async function helmAt(
  { ground }: Kube,
  told: Told,
  client: KubeClient,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { server } = client
  if (server === undefined) throw new Refusal('world', 'helm cannot be told of this API', 'this is a bug of skerry')
  return withKubeconfig(ground.folder, server, (file) => ground.helm([...args, '--kubeconfig', file], input, told))
}

/** Keys in any order. */
const digest = (value: unknown): string =>
  createHash('sha256')
    .update(
      JSON.stringify(value, (_, inner: unknown) =>
        isFields(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
      ),
    )
    .digest('hex')

/** The chart of an add-on, by its step: the controller of load balancers. */
export function chartOf({ intent, subject }: PlannedStep): Chart {
  const cluster = subject.cluster ?? ''
  return {
    cluster,
    release: String(intent.releaseName),
    namespace: String(intent.namespace),
    repository: String(at(intent.chart, 'repository', 'url')),
    chart: String(at(intent.chart, 'name')),
    version: String(at(intent.chart, 'version')),
    values: valuesOf(intent.values ?? {}),
  }
}

/** A value that a network's stack knows stands in the intent by the network's name. */
function valuesOf(value: IntentValue): unknown {
  if (!isFields(value)) return value
  const { ofNetwork } = value
  if (typeof ofNetwork === 'string') return fleetValue.vpcId(ofNetwork)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valuesOf(inner as IntentValue)]))
}

/** Its service account is not the chart's: it bears the role, where credentials come by OIDC. */
function accountOf({ ground: { plan } }: Kube, { intent, subject }: PlannedStep): KubeObject | undefined {
  const { serviceAccount } = intent
  const name = at(serviceAccount, 'name')
  const cluster = plan.fleet.clusters.find((it) => it.name === subject.cluster)
  if (typeof name !== 'string' || cluster === undefined) return undefined
  const byRole = at(serviceAccount, 'identity') === 'oidc'
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name,
      namespace: String(at(serviceAccount, 'namespace') ?? intent.namespace),
      ...(byRole && {
        annotations: { 'eks.amazonaws.com/role-arn': roleArn(plan, cluster, String(at(serviceAccount, 'role'))) },
      }),
    },
  }
}

export function chartWork(
  kube: Kube,
  step: PlannedStep,
  {
    needs,
    needsOneOf,
    region,
  }: { readonly needs: readonly string[]; readonly needsOneOf: readonly string[]; readonly region: string | undefined },
): Work {
  const chart = chartOf(step)
  const { cluster } = chart
  const verify = stepsOf(kube.ground.plan).byId.get(`verify/controller/${cluster}`)
  return {
    id: `chart/${cluster}/${step.subject.addon}`,
    title: `Install ${chart.chart} ${chart.version} in ${cluster}`,
    steps: [step.id, ...(verify === undefined ? [] : [verify.id])],
    needs,
    needsOneOf,
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      const client = await clientOf(kube, { kind: 'cluster', name: cluster })
      const account = accountOf(kube, step)
      const changed = await install(kube, told, client, chart, async () => {
        if (account === undefined) return false
        const api = { kind: 'cluster', name: cluster } as const
        const objects = [await filled(kube, account)]
        return applyAll(kube, told, { api, by: `account/${cluster}/${chart.release}`, client, objects })
      })
      const deployment = String(verify?.intent.deployment ?? chart.release)
      await untilDeployed(kube, told, client, chart, deployment)
      return { kind: 'done', changed }
    },
  }
}

async function untilDeployed(kube: Kube, told: Told, client: KubeClient, chart: Chart, name: string): Promise<void> {
  const wanted: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: chart.namespace },
  }
  await awaited(
    kube,
    told,
    {
      what: `${name} is available in ${chart.cluster}`,
      seconds: kube.patience.availableSeconds,
      next: `kubectl --context ${chart.cluster} --namespace ${chart.namespace} logs deployment/${name}; for the controller of load balancers look at its role and at vpcId first`,
    },
    async () => {
      const missing = missingOf(await client.get(await client.pathOf(wanted)), wanted)
      return missing === undefined ? true : unfinished(missing)
    },
  )
}
