// Karmada on its host: the chart with what only stacks know, the patches that its values cannot say, then its API, and what that must hold
// before anybody joins. Where Flux serves the host, Flux brings all that, and it is only waited for.

import { parse } from 'yaml'
import { deliveries, isJoin } from '../../../artefacts/deliveries.ts'
import { systemNamespace } from '../../../artefacts/karmada/names.ts'
import type { ChartInstall } from '../../../artefacts/without-flux.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import type { Federation } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Told, Work } from '../work.ts'
import { clientOf, NotReached } from './access.ts'
import type { Chart } from './app-charts.ts'
import { applyAll, filled } from './apply.ts'
import type { Needs } from './apps.ts'
import type { Kube } from './asking.ts'
import { asked, awaited, unfinished } from './asking.ts'
import { bundlesFor } from './bundles.ts'
import { install } from './charts.ts'
import { isPatched, patched } from './json-patch.ts'
import { stepsOf } from './plan-steps.ts'
import { untilAvailable } from './ready.ts'

type KarmadaChart = Chart & Pick<ChartInstall, 'patches'>

/** The release of a federation's Karmada; by hand where no Flux does it. */
export function karmadaCharts(
  plan: Plan,
  federation: string,
): readonly (Pick<Chart, 'release' | 'namespace'> & Partial<KarmadaChart>)[] {
  const byHand = installsOf(plan, federation)
  return byHand.length > 0 ? byHand : [{ release: 'karmada', namespace: systemNamespace }]
}

function installsOf(plan: Plan, federation: string): readonly KarmadaChart[] {
  const host = plan.fleet.federations.find(({ name }) => name === federation)?.host
  const { installs, files } = withoutFlux(plan, bundlesFor(plan))
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return installs
    .filter(
      ({ cluster, bundle }) => cluster === host && isJoin({ name: bundle }, plan) && isFor(bundle, plan, federation),
    )
    .map((it) => ({ ...it, values: parse(texts.get(it.values) ?? '{}') as unknown }))
}

/** With several federations each bundle is named after its own. */
const isFor = (bundle: string, { fleet }: Plan, federation: string): boolean =>
  fleet.federations.length < 2 || bundle.endsWith(`-${federation}`)

/** Of what starts a federation, the objects for one API. */
export const joinObjects = (
  plan: Plan,
  federation: string,
  onto: { readonly cluster: string; readonly api: 'cluster' | 'federation' },
): readonly KubeObject[] =>
  deliveries(
    plan,
    bundlesFor(plan),
    (target, bundle) =>
      isJoin(bundle, plan) &&
      (onto.api === 'federation'
        ? target.federation === federation
        : target.federation === undefined && target.cluster === onto.cluster) &&
      (bundle.name === 'karmada-member' || isFor(bundle.name, plan, federation)),
  ).flatMap(({ objects }) => objects as readonly unknown[] as readonly KubeObject[])

export function federationWork(
  kube: Kube,
  federation: Federation,
  steps: readonly string[],
  { needs, needsOneOf, region }: Needs,
): Work {
  const { plan } = kube.ground
  const { name, host } = federation
  const byFlux = stepsOf(plan).served.has(host)
  return {
    id: `federation/${name}`,
    title: `Start Karmada of ${name} on ${host}`,
    steps,
    needs,
    ...(needsOneOf !== undefined && { needsOneOf }),
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      let changed = false
      const client = await clientOf(kube, { kind: 'cluster', name: host })
      if (!byFlux) changed = await startByHand(kube, told, client, federation)
      const karmada = await untilItAnswers(kube, told, federation)
      if (karmada instanceof NotReached)
        return { kind: 'person', what: `${karmada.message}: ${karmada.hint}`, commands: karmada.commands }
      if (!byFlux) {
        // its members join one by one, each when its own part is there
        const own = joinObjects(plan, name, { cluster: host, api: 'federation' }).filter(
          ({ kind }) => kind !== 'Cluster',
        )
        const objects = [namespaceOfMembers, ...(await filled(kube, own))]
        const api = { kind: 'federation', name } as const
        if (await applyAll(kube, told, { api, by: `federation/${name}`, client: karmada, objects })) changed = true
      }
      return { kind: 'done', changed }
    },
  }
}

const namespaceOfMembers: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'karmada-cluster' } }

async function startByHand(kube: Kube, told: Told, client: KubeClient, { name, host }: Federation): Promise<boolean> {
  const { plan } = kube.ground
  const beside = joinObjects(plan, name, { cluster: host, api: 'cluster' })
  const api = { kind: 'cluster', name: host } as const
  const objects = await filled(kube, beside)
  let changed = await applyAll(kube, told, { api, by: `federation/${name}`, client, objects })
  for (const chart of installsOf(plan, name)) {
    if (await install(kube, told, client, chart)) changed = true
    const workloads: KubeObject[] = []
    for (const { kind, name: of, patch } of chart.patches) {
      const object: KubeObject = {
        apiVersion: kind === 'Service' ? 'v1' : 'apps/v1',
        kind,
        metadata: { name: of, namespace: chart.namespace },
      }
      if (kind !== 'Service') workloads.push(object)
      await asked(kube, told, `${of} is patched`, async () => {
        const path = await client.pathOf(object)
        const live = await client.get(path)
        if (live === undefined)
          throw new Refusal(
            'world',
            `the chart of Karmada brought no ${kind} ${of}`,
            `see helm status ${chart.release} on ${host}`,
          )
        if (isPatched(live, patch)) return
        await client.merge(path, patched(live, patch))
        changed = true
      })
    }
    await untilAvailable(kube, told, `${host} (Karmada)`, client, workloads)
  }
  return changed
}

/** Its Secret, and then its own API. */
async function untilItAnswers(kube: Kube, told: Told, { name, host }: Federation): Promise<KubeClient | NotReached> {
  return awaited(
    kube,
    told,
    {
      what: `Karmada of ${name} answers`,
      seconds: kube.patience.karmadaSeconds,
      next: `kubectl --context ${host} --namespace ${systemNamespace} get pods shows which of its programs do not run; no answer although all do: look at the security groups before it`,
    },
    async () => {
      try {
        const client = await kube.ground.api({ kind: 'federation', name })
        if (client === undefined) return unfinished('its chart has not put its kubeconfig there yet')
        const kinds = await client.get('/apis/cluster.karmada.io/v1alpha1')
        return kinds === undefined ? unfinished('its API does not serve members yet') : client
      } catch (error) {
        if (error instanceof NotReached) return error
        throw error
      }
    },
  )
}
