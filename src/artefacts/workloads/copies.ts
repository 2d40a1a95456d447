// The copies of apps, as the plan has them, in the objects of the clusters: the placement that declares a copy, the objects that it brings
// along, the workload that its replicas are of, the Service in front of that and its Ingress. Whoever asks here which object is whose, to
// wait for it, to break it, to watch it or to stand in front of it, means the same one.

import type { App, Fleet, Placement } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Plan } from '../../model/plan.ts'
import type { KubernetesObject } from '../artefact.ts'
import { mainWorkload } from './carry.ts'
import { at, isFields, itemsAt, selects } from './fields.ts'
import { sourceFiles } from './source.ts'

export interface CopyObjects {
  /** A chart names what it makes after its release, or not: its objects are known only by their namespace, and none is listed here. */
  readonly chart: boolean
  readonly objects: readonly KubernetesObject[]
  /** The workload that its replicas are of. */
  readonly main: KubernetesObject | undefined
  /** That selects the pods of the main workload, and has an address. */
  readonly service: KubernetesObject | undefined
  /** That leads to the Service; where nobody wrote one, it is made with the name of the Service. */
  readonly ingress: string | undefined
}

/** Of a row of the plan, or of what a federation could place there. */
export function placementOf(
  { placement }: App,
  { site, namespace, federation }: { readonly site: string; readonly namespace: string; readonly federation?: string },
): Placement | undefined {
  const here = placement.filter((one) => (federation === undefined ? one.site === site : one.federation === federation))
  return here.find((one) => one.namespace === namespace) ?? here[0]
}

export function objectsOf(app: App, placement: Placement): CopyObjects {
  if ((placement.source ?? app.source).chart !== undefined)
    return { chart: true, objects: [], main: undefined, service: undefined, ingress: undefined }
  const objects = sourceFiles(app, placement).flatMap((file) => file.objects)
  const main = mainWorkload(objects)
  const services = objects.filter((one) => one.kind === 'Service' && at(one, 'spec', 'clusterIP') !== 'None')
  const service = main === undefined ? services[0] : services.find((one) => selects(at(one, 'spec', 'selector'), main))
  const ingress = objects.find((one) => one.kind === 'Ingress' && leadsTo(one, service))
  return { chart: false, objects, main, service, ingress: ingress?.metadata.name ?? service?.metadata.name }
}

const leadsTo = (ingress: KubernetesObject, service: KubernetesObject | undefined): boolean =>
  [
    at(ingress, 'spec', 'defaultBackend'),
    ...itemsAt(ingress, 'spec', 'rules').flatMap((rule) =>
      itemsAt(rule, 'http', 'paths').map((path) => at(path, 'backend')),
    ),
  ].some((backend) => service === undefined || at(backend, 'service', 'name') === service.metadata.name)

/** Labels, or a selector by them, as the API has them: whoever writes `port: 80` without quotes gets a text. */
export const labelTexts = (labels: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(isFields(labels) ? labels : {}).map(([key, value]) => [key, String(value)]))

/** Where a federation keeps what it places on a member. */
export function siteOfMember(fleet: Fleet, member: string): string | undefined {
  const find = lookup(fleet)
  const sites = find.sitesOf(member)
  return find.cluster(member)?.at ?? sites.find((site) => site.cluster === member)?.name ?? sites[0]?.name
}

// ---------------------------------------------------------------------------------------------- for status

export interface ExpectedCopy {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly replicas: number
  /** Their number follows the load. */
  readonly autoscaled: boolean
}

/** The workloads that the plan puts straight onto clusters that run here. What a federation divides is Karmada's to say. */
export function expectedCopies(plan: Plan, running: ReadonlySet<string>): readonly ExpectedCopy[] {
  const find = lookup(plan.fleet)
  return plan.placement.flatMap((row): readonly ExpectedCopy[] => {
    const app = find.app(row.app)
    if (app === undefined || row.federation !== undefined || !running.has(row.cluster)) return []
    const placement = placementOf(app, row)
    const main = placement && objectsOf(app, placement).main
    const { site, cluster, namespace, replicas } = row
    return [
      {
        ...{ app: app.name, site, cluster, namespace, replicas },
        // a chart names its workload after its release, as most do
        kind: main?.kind ?? 'Deployment',
        name: main?.metadata.name ?? app.name,
        autoscaled: app.autoscale !== undefined,
      },
    ]
  })
}
