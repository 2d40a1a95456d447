// Charts on clusters that no Flux serves: a HelmRelease would mean nothing there. Its values become a file for helm, and what Flux would
// patch after rendering becomes a patch for kubectl; all else of the bundle stays for `kubectl apply --kustomize`.

import type { Plan } from '../model/plan.ts'
import { groundOf } from '../plan/ground.ts'
import type { Artefact, KubernetesObject } from './artefact.ts'
import { yamlOf } from './artefact.ts'
import type { Bundle, BundleFile } from './bundle.ts'
import { renderTarget } from './flux/render.ts'

export interface ChartInstall {
  readonly bundle: string
  readonly cluster: string
  readonly release: string
  readonly namespace: string
  readonly repository: string
  readonly chart: string
  readonly version: string
  /** Path of the file with its values. */
  readonly values: string
  readonly patches: readonly { readonly kind: string; readonly name: string; readonly patch: string }[]
}

export interface WithoutFlux {
  readonly bundles: readonly Bundle[]
  readonly installs: readonly ChartInstall[]
  readonly files: readonly Artefact[]
}

export function withoutFlux(plan: Plan, bundles: readonly Bundle[]): WithoutFlux {
  const ground = groundOf(plan.fleet)
  const isServed = (cluster: string): boolean => ground.byFlux(ground.find.cluster(cluster))
  const installs: (ChartInstall & { readonly text: string })[] = []
  const kept = bundles.flatMap((bundle) => {
    if (bundle.targets.some(({ cluster }) => isServed(cluster)) || !bundle.base.some(hasRelease)) return bundle
    for (const target of bundle.targets) {
      const objects = renderTarget(bundle, target).flatMap((file) => file.objects)
      for (const release of objects.filter(isRelease))
        installs.push(installOf(bundle, target.cluster, release, objects))
    }
    const base = withoutReleases(bundle.base)
    const overlays = bundle.overlays.map((overlay) => ({
      ...overlay,
      patches: withoutReleases(overlay.patches),
      extra: withoutReleases(overlay.extra),
    }))
    return base.length === 0 && overlays.every(({ extra }) => extra.length === 0) ? [] : { ...bundle, base, overlays }
  })
  return {
    bundles: kept,
    installs: installs.map(({ text: _, ...install }) => install),
    files: installs.map(({ values, text }) => ({ path: values, text })),
  }
}

const releaseApi = 'helm.toolkit.fluxcd.io/'
const repositoryApi = 'source.toolkit.fluxcd.io/'
const isRelease = ({ apiVersion, kind }: KubernetesObject): boolean =>
  apiVersion.startsWith(releaseApi) && kind === 'HelmRelease'
const isOfFlux = ({ apiVersion }: KubernetesObject): boolean =>
  apiVersion.startsWith(releaseApi) || apiVersion.startsWith(repositoryApi)
const hasRelease = ({ objects }: BundleFile): boolean => objects.some(isRelease)

const withoutReleases = (files: readonly BundleFile[]): readonly BundleFile[] =>
  files.flatMap(({ file, objects }) => {
    const rest = objects.filter((one) => !isOfFlux(one))
    return rest.length === 0 ? [] : { file, objects: rest }
  })

interface ReleaseSpec {
  readonly releaseName?: string
  readonly chart: {
    readonly spec: { readonly chart: string; readonly version: string; readonly sourceRef: { readonly name: string } }
  }
  readonly values?: unknown
  readonly postRenderers?: readonly {
    readonly kustomize?: {
      readonly patches?: readonly {
        readonly target: { readonly kind: string; readonly name: string }
        readonly patch: string
      }[]
    }
  }[]
}

function installOf(
  { name, namespace }: Bundle,
  cluster: string,
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
) {
  const spec = object.spec as ReleaseSpec
  const { chart, version, sourceRef } = spec.chart.spec
  const source = objects.find((one) => one.kind === 'HelmRepository' && one.metadata.name === sourceRef.name)
  const release = spec.releaseName ?? object.metadata.name
  return {
    bundle: name,
    cluster,
    release,
    namespace: object.metadata.namespace ?? namespace ?? 'default',
    repository: (source?.spec as { readonly url?: string } | undefined)?.url ?? '',
    chart,
    version,
    values: `charts/${cluster}/${release}.values.yaml`,
    patches: (spec.postRenderers ?? []).flatMap(({ kustomize }) =>
      (kustomize?.patches ?? []).map(({ target, patch }) => ({ kind: target.kind, name: target.name, patch })),
    ),
    text: yamlOf(spec.values ?? {}),
  }
}
