// What the real engines are built from: one Go module for each family, so that their graphs of dependencies stay apart. The folder
// `engines/<family>` holds its lock (go.mod, go.sum); here is what the lock does not say: which programs, how they are stamped with
// their version, and which files inside the modules they need at run time. Times and sizes were measured with empty Go caches on two
// cores shared with other work (docs/guides/engines.md); the install scales them by what this machine shows.

import { assert } from '../../../model/refusal.ts'

export interface EngineBinary {
  readonly name: string
  /** The Go package of the program. */
  readonly package: string
  /** Where it is not the family's. */
  readonly version?: string
  /** What it is asked to print its version; none where it cannot. */
  readonly versionArguments: readonly string[]
  readonly typicalSeconds: number
  readonly typicalMebibytes: number
}

/** Files of a module, copied beside the binaries at `files/<to>`. */
export interface EngineFiles {
  readonly module: string
  /** A folder or a file in the module. */
  readonly from: string
  readonly to: string
}

export interface EngineFamily {
  readonly name: string
  /** What it is good for, in a few words. */
  readonly about: string
  readonly module: string
  readonly version: string
  /** Variables of the linker, by which the program knows its version: `package.variable=value`. */
  readonly stamps: readonly string[]
  readonly binaries: readonly EngineBinary[]
  readonly files: readonly EngineFiles[]
  /** What Go's own caches grow by when the family is built alone, from nothing. */
  readonly cacheMebibytes: number
}

const binary = (
  name: string,
  package_: string,
  typicalSeconds: number,
  typicalMebibytes: number,
  versionArguments: readonly string[] = ['--version'],
): EngineBinary => ({ name, package: package_, versionArguments, typicalSeconds, typicalMebibytes })

const kubernetes = 'k8s.io/kubernetes'
const karmada = 'github.com/karmada-io/karmada'
const kwok = 'sigs.k8s.io/kwok'
const flux = 'github.com/fluxcd'

/** In the order in which they are built: what is needed first, first. */
export const engineLocks: readonly EngineFamily[] = [
  {
    name: 'etcd',
    about: 'the store below every control plane',
    module: 'go.etcd.io/etcd/server/v3',
    version: 'v3.6.13',
    stamps: [],
    binaries: [binary('etcd', 'go.etcd.io/etcd/server/v3', 40, 26)],
    files: [],
    cacheMebibytes: 450,
  },
  {
    name: 'kubernetes',
    about: 'control planes',
    module: kubernetes,
    version: 'v1.36.3',
    // without them the API server says v0.0.0 and clients refuse it
    stamps: ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
      `${path}.gitVersion=v1.36.3`,
      `${path}.gitMajor=1`,
      `${path}.gitMinor=36`,
      `${path}.gitTreeState=clean`,
    ]),
    binaries: [
      binary('kube-apiserver', `${kubernetes}/cmd/kube-apiserver`, 230, 101),
      binary('kube-controller-manager', `${kubernetes}/cmd/kube-controller-manager`, 95, 92),
      binary('kube-scheduler', `${kubernetes}/cmd/kube-scheduler`, 6, 70),
      binary('kubectl', `${kubernetes}/cmd/kubectl`, 20, 57, ['version', '--client']),
    ],
    files: [
      { module: kubernetes, from: 'api/openapi-spec/swagger.json', to: 'openapi/swagger.json' },
      { module: kubernetes, from: 'api/openapi-spec/v3', to: 'openapi/v3' },
    ],
    cacheMebibytes: 4000,
  },
  {
    name: 'kwok',
    about: 'nodes and pods that exist only in the API',
    module: kwok,
    version: 'v0.8.0',
    stamps: [`${kwok}/pkg/consts.Version=v0.8.0`],
    binaries: [binary('kwok', `${kwok}/cmd/kwok`, 65, 61)],
    // without stages KWOK does nothing
    files: ['node/fast', 'node/heartbeat', 'node/heartbeat-with-lease', 'pod/fast', 'pod/general'].map((stage) => ({
      module: kwok,
      from: `kustomize/stage/${stage}`,
      to: `stages/${stage}`,
    })),
    cacheMebibytes: 800,
  },
  {
    name: 'karmada',
    about: 'federations',
    module: karmada,
    version: 'v1.18.2',
    stamps: [`${karmada}/pkg/version.gitVersion=v1.18.2`, `${karmada}/pkg/version.gitTreeState=clean`],
    binaries: [
      binary('karmada-controller-manager', `${karmada}/cmd/controller-manager`, 150, 68, ['version']),
      binary('karmada-scheduler', `${karmada}/cmd/scheduler`, 7, 53, ['version']),
      binary('karmada-webhook', `${karmada}/cmd/webhook`, 4, 48, ['version']),
      binary('karmada-aggregated-apiserver', `${karmada}/cmd/aggregated-apiserver`, 125, 72, ['version']),
      binary('karmada-agent', `${karmada}/cmd/agent`, 7, 63, ['version']),
      binary('karmadactl', `${karmada}/cmd/karmadactl`, 45, 69, ['version']),
    ],
    files: [
      { module: karmada, from: 'charts/karmada/_crds', to: 'crds' },
      { module: karmada, from: 'charts/karmada/values.yaml', to: 'chart/values.yaml' },
      { module: karmada, from: 'charts/karmada/Chart.yaml', to: 'chart/Chart.yaml' },
      { module: karmada, from: 'charts/karmada/templates', to: 'chart/templates' },
      { module: karmada, from: 'artifacts/deploy', to: 'deploy' },
    ],
    cacheMebibytes: 2300,
  },
  {
    name: 'kustomize',
    about: 'builds kustomizations, for tests of what is written',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    version: 'v5.8.1',
    stamps: ['sigs.k8s.io/kustomize/api/provenance.version=v5.8.1'],
    binaries: [binary('kustomize', 'sigs.k8s.io/kustomize/kustomize/v5', 32, 15, ['version'])],
    files: [],
    cacheMebibytes: 150,
  },
  {
    name: 'kubeconform',
    about: 'judges manifests by schema, for tests of what is written',
    module: 'github.com/yannh/kubeconform',
    version: 'v0.8.0',
    stamps: ['main.version=v0.8.0'],
    binaries: [binary('kubeconform', 'github.com/yannh/kubeconform/cmd/kubeconform', 4, 9, ['-v'])],
    files: [],
    cacheMebibytes: 80,
  },
  {
    name: 'helm',
    about: 'renders charts',
    module: 'helm.sh/helm/v3',
    version: 'v3.22.0',
    // the Kubernetes that `helm template` takes itself to speak to
    stamps: [
      'helm.sh/helm/v3/internal/version.version=v3.22.0',
      ...['pkg/lint/rules', 'pkg/chartutil'].flatMap((path) => [
        `helm.sh/helm/v3/${path}.k8sVersionMajor=1`,
        `helm.sh/helm/v3/${path}.k8sVersionMinor=36`,
      ]),
    ],
    binaries: [binary('helm', 'helm.sh/helm/v3/cmd/helm', 170, 59, ['version', '--short'])],
    files: [],
    cacheMebibytes: 800,
  },
  {
    name: 'flux',
    about: 'delivery from Git to clusters',
    module: `${flux}/source-controller`,
    version: 'v1.9.5',
    stamps: [],
    binaries: [
      // they have no flag for it, and no variable to stamp
      binary('source-controller', `${flux}/source-controller`, 410, 97, []),
      binary('kustomize-controller', `${flux}/kustomize-controller`, 230, 82, []),
      { ...binary('helm-controller', `${flux}/helm-controller`, 36, 75, []), version: 'v1.6.4' },
    ],
    files: ['source', 'kustomize', 'helm'].flatMap((name) =>
      ['crd', 'rbac', 'manager'].map((part) => ({
        module: `${flux}/${name}-controller`,
        from: `config/${part}`,
        to: `${name}-controller/${part}`,
      })),
    ),
    cacheMebibytes: 3500,
  },
  {
    name: 'flux-manifests',
    about: 'how Flux is installed, from its release; files only',
    module: `${flux}/flux2/v2`,
    version: 'v2.9.5',
    stamps: [],
    binaries: [],
    files: [{ module: `${flux}/flux2/v2`, from: 'manifests', to: 'manifests' }],
    cacheMebibytes: 8,
  },
  {
    name: 'eks-anywhere',
    about: 'the custom resources of EKS Anywhere, for tests of what is written; files only',
    module: 'github.com/aws/eks-anywhere',
    version: 'v0.26.1',
    stamps: [],
    binaries: [],
    files: [{ module: 'github.com/aws/eks-anywhere', from: 'config/crd/bases', to: 'crds' }],
    cacheMebibytes: 60,
  },
]

export function familyNamed(name: string): EngineFamily {
  const family = engineLocks.find((it) => it.name === name)
  assert(family !== undefined, `there is no engine family ${name}`)
  return family
}

/** What a program of the family is locked to. */
export const lockedVersion = (family: EngineFamily, binary: EngineBinary): string => binary.version ?? family.version

/** The family that a program belongs to. */
export const familyOf = (binary: string): EngineFamily | undefined =>
  engineLocks.find((it) => it.binaries.some(({ name }) => name === binary))
