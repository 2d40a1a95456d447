// Curated packages. The controller on the managing cluster installs them, and tells its clusters apart by the namespace of each Package. It
// makes no namespace for what it installs (PackageBundleController, createNamespace), so those are written too, for the cluster itself.
// Configuration is a text of YAML: https://anywhere.eks.amazonaws.com/docs/packages/.

import { workloadOnlyPackages } from '../../places/on-premises/kinds.ts'
import type { KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import { packagesApi } from './api.ts'
import type { View } from './view.ts'

/** `filled`: those of which something is filled in when they are used, and which are no files of Git for that reason; `plain`: the others. */
export function packagesOf(view: View, which: 'all' | 'plain' | 'filled' = 'all'): readonly KubernetesObject[] {
  return configured(view).flatMap(({ name, config }) =>
    which !== 'all' && variablesIn(config).length > 0 !== (which === 'filled')
      ? []
      : {
          apiVersion: packagesApi,
          kind: 'Package',
          metadata: { name, namespace: `eksa-packages-${view.name}` },
          spec: {
            packageName: name,
            targetNamespace: namespaceOf(name),
            ...(Object.keys(config).length > 0 && { config: yamlOf(config) }),
          },
        },
  )
}

/** Names of what is filled in when the packages are used. */
export const packageVariables = (view: View): readonly string[] => [
  ...new Set(configured(view).flatMap(({ config }) => variablesIn(config))),
]

/** The namespaces in which they run, for the cluster on which they run. */
export function packageNamespaces(view: View): readonly KubernetesObject[] {
  const names = new Set(
    installed(view)
      .map(namespaceOf)
      .filter((name) => name !== 'kube-system'),
  )
  return [...names].sort().map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
}

const configured = (view: View): readonly { readonly name: string; readonly config: Config }[] =>
  installed(view).map((name) => ({
    name,
    config: { ...defaults[name]?.(view), ...(view.spec.packageConfig?.[name] as Config | undefined) },
  }))

const variablesIn = (config: Config): readonly string[] =>
  [...JSON.stringify(config).matchAll(/\$\{([A-Z]\w*)\}/g)].map(([, name = '']) => name)

const installed = ({ spec, selfManaged }: View): readonly string[] =>
  [...new Set(spec.packages)].filter((name) => !selfManaged || !workloadOnlyPackages.includes(name))

const namespaceOf = (name: string): string => namespaces[name] ?? name

const namespaces: Readonly<Record<string, string>> = {
  adot: 'observability',
  'cluster-autoscaler': 'kube-system',
  'credential-provider-package': 'eksa-packages',
  metallb: 'metallb-system',
  'metrics-server': 'kube-system',
  prometheus: 'observability',
}

type Config = Readonly<Record<string, unknown>>

const defaults: Readonly<Record<string, (view: View) => Config>> = {
  adot: () => ({ mode: 'daemonset' }),
  'cluster-autoscaler': ({ name }) => ({ cloudProvider: 'clusterapi', autoDiscovery: { clusterName: name } }),
  // Harbor encrypts with it; of sixteen characters
  harbor: () => ({ secretKey: `\${HARBOR_SECRET_KEY}` }),
  metallb: ({ spec, workers }) => ({
    ...(spec.metallbPool !== undefined && {
      IPAddressPools: [{ name: 'default', addresses: spec.metallbPool.split(',').map((part) => part.trim()) }],
      L2Advertisements: [{ ipAddressPools: ['default'] }],
    }),
    // nodes of a control plane carry a label by which MetalLB leaves them out; without workers there are no others
    ...(workers.length === 0 && { speaker: { ignoreExcludeLB: true } }),
  }),
  // kubelets of EKS Anywhere sign their own certificates
  'metrics-server': () => ({ args: ['--kubelet-insecure-tls'] }),
}
