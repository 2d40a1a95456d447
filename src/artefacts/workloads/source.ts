// What an app brings along, as files: its own manifests under their own names and in their own order; a chart as the objects by which
// Flux installs it; an image as the three objects that everybody writes around one.

import type { App, Manifest, Placement } from '../../model/fleet.ts'
import { chartSeconds } from '../../plan/steps/addons.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { BundleFile } from '../bundle.ts'
import { fieldsAt } from './fields.ts'

export function sourceFiles(app: App, placement: Placement): readonly BundleFile[] {
  const { chart, image } = placement.source ?? app.source
  if (chart !== undefined) return chartFiles(app.name, chart)
  if (image !== undefined) return imageFiles(app, image)
  return manifestFiles(placement.manifests)
}

/** The same for all copies that share manifests: asked for thousands of times, worked out once. */
export function manifestFiles(manifests: readonly Manifest[]): readonly BundleFile[] {
  const known = made.get(manifests)
  if (known !== undefined) return known
  const files = new Map<string, KubernetesObject[]>()
  const names = new Map<string, string>()
  for (const { origin, object } of manifests.filter((manifest) => !holdsSecret(manifest))) {
    const name = names.get(origin.file) ?? freeName(origin.file, files)
    names.set(origin.file, name)
    files.set(name, [...(files.get(name) ?? []), object as unknown as KubernetesObject])
  }
  const list = [...files].map(([file, objects]) => ({ file, objects }))
  made.set(manifests, list)
  return list
}

const made = new WeakMap<readonly Manifest[], readonly BundleFile[]>()

/** A value that anybody can read goes into no repository: such a Secret is told (law GIT008), and made by whoever has what is in it. */
const holdsSecret = ({ kind, object }: Manifest): boolean =>
  kind === 'Secret' &&
  !Object.hasOwn(object, 'sops') &&
  ['data', 'stringData'].some((key) => Object.keys(fieldsAt(object, key)).length > 0)

/** The name of the file without its folders; with the folder in front where two have the same. */
function freeName(path: string, taken: ReadonlyMap<string, unknown>): string {
  const parts = path.replaceAll('\\', '/').split('/')
  const last = (parts.at(-1) ?? 'manifest.yaml').replace(/\.(?:yml|json)$/i, '.yaml')
  // what a kustomization generates; one of ours will lie beside it
  let name = /^kustomization(?:\.yaml)?$/i.test(last) ? 'generated.yaml' : last
  const folders = parts.slice(0, -1)
  while (taken.has(name)) name = `${folders.pop() ?? 'more'}-${name}`
  return name
}

type Chart = NonNullable<App['source']['chart']>

const interval = `${chartSeconds / 60}m`

function chartFiles(name: string, { repository, name: chart, version, values }: Chart): readonly BundleFile[] {
  return [
    {
      file: 'repository.yaml',
      objects: [
        {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'HelmRepository',
          metadata: { name },
          spec: { ...(repository.startsWith('oci://') && { type: 'oci' }), interval, url: repository },
        },
      ],
    },
    {
      file: 'release.yaml',
      objects: [
        {
          apiVersion: 'helm.toolkit.fluxcd.io/v2',
          kind: 'HelmRelease',
          metadata: { name },
          spec: {
            interval,
            timeout: interval,
            releaseName: name,
            chart: { spec: { chart, version, sourceRef: { kind: 'HelmRepository', name } } },
            install: { remediation: { retries: 3 } },
            upgrade: { remediation: { retries: 3 } },
            ...(values !== undefined && { values }),
          },
        },
      ],
    },
  ]
}

const appLabel = 'app.kubernetes.io/name'

function imageFiles(app: App, image: string): readonly BundleFile[] {
  const { name, expose } = app
  const labels = { [appLabel]: name }
  const port = expose?.port ?? 80
  const { path, protocol } = expose?.healthCheck ?? {}
  const probe =
    path !== undefined && protocol !== undefined && protocol !== 'tcp'
      ? { httpGet: { path, port: 'main', ...(protocol === 'https' && { scheme: 'HTTPS' }) } }
      : { tcpSocket: { port: 'main' } }
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name,
              image,
              imagePullPolicy: 'IfNotPresent',
              ...(expose !== undefined && { ports: [{ name: 'main', containerPort: port }], readinessProbe: probe }),
            },
          ],
        },
      },
    },
  }
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: { selector: labels, ports: [{ name: 'main', port, targetPort: 'main' }] },
  }
  return [
    { file: 'deployment.yaml', objects: [deployment] },
    ...(expose === undefined ? [] : [{ file: 'service.yaml', objects: [service] }]),
  ]
}
