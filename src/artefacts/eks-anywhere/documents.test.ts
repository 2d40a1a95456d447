// What is written for each provider is what the definitions of EKS Anywhere accept, and says what the fleet says.

import { beforeEach, describe, expect, test } from 'vitest'
import { exampleFleet } from '../../../test/example.case.ts'
import { needs } from '../../../test/needs.ts'
import { kindsOf } from '../../places/on-premises/kinds.ts'
import type { KubernetesObject } from '../artefact.ts'
import { faultsOf, fieldsOf, hasCrds } from './crds.case.ts'
import { documentsOf } from './documents.ts'
import { fleets, planOf } from './fleets.case.ts'
import { plannedClusters } from './view.ts'

const documents = (provider: keyof typeof fleets): readonly KubernetesObject[] => {
  const { text, attached } = fleets[provider] as { text: string; attached?: Record<string, string> }
  return plannedClusters(planOf(text, attached)).flatMap(({ view }) => documentsOf(view))
}
const find = (all: readonly KubernetesObject[], kind: string, name: string) =>
  all.find((one) => one.kind === kind && one.metadata.name === name)?.spec as Record<string, never> | undefined

describe('against the definitions of release 0.26', () => {
  beforeEach(needs('definitions of EKS Anywhere in shared/data', hasCrds))

  test.each(Object.keys(fleets) as (keyof typeof fleets)[])(
    'every document of a fleet on %s is valid, field by field [seed 56]',
    (provider) => {
      const all = documents(provider)
      expect(all.length).toBeGreaterThan(1)
      expect(all.flatMap(faultsOf)).toEqual([])
    },
  )

  test('every document of the examples is valid, of all 2,504 clusters of the stores too', async () => {
    const { plan } = await exampleFleet('stores')
    const all = plannedClusters(plan).flatMap(({ view }) => documentsOf(view))
    expect(all.length).toBeGreaterThan(7_500)
    expect(all.flatMap(faultsOf)).toEqual([])
    const plant = plannedClusters((await exampleFleet('federation')).plan).flatMap(({ view }) => documentsOf(view))
    expect(plant.flatMap(faultsOf)).toEqual([])
  }, 120_000)

  test('the judge is strict: an unknown field, a wrong type and a missing field are found', () => {
    const [cluster] = documents('vsphere')
    const spoilt = (spec: object) =>
      faultsOf({ ...cluster, spec: { ...(cluster?.spec as object), ...spec } } as KubernetesObject)
    expect(spoilt({ kubernetesversion: '1.35' })).toHaveLength(1)
    expect(spoilt({ kubernetesVersion: 1.35 })).toHaveLength(1)
    expect(spoilt({ registryMirrorConfiguration: { ociNamespaces: [{ registry: 'public.ecr.aws' }] } })).toHaveLength(1)
  })

  test.each(Object.entries(kindsOf))('the fields that a fleet may give for %s are fields of its kinds', (_, kinds) => {
    for (const kind of [
      kinds.datacenter,
      ...('machine' in kinds && kinds.machine !== undefined ? [kinds.machine] : []),
    ]) {
      const known = fieldsOf(kind.kind)
      expect(kind.fields.filter((field) => !known.includes(field))).toEqual([])
      expect(kind.needed.filter((field) => !kind.fields.includes(field))).toEqual([])
    }
  })
})

test('a cluster names its datacenter and a machine kind for each group [seed 56]', () => {
  const kinds = (provider: keyof typeof fleets) => [...new Set(documents(provider).map(({ kind }) => kind))]
  expect(kinds('vsphere')).toEqual(['Cluster', 'VSphereDatacenterConfig', 'VSphereMachineConfig', 'AWSIamConfig'])
  expect(kinds('bareMetal')).toEqual(['Cluster', 'TinkerbellDatacenterConfig', 'TinkerbellMachineConfig', 'OIDCConfig'])
  expect(kinds('nutanix')).toEqual(['Cluster', 'NutanixDatacenterConfig', 'NutanixMachineConfig'])
  expect(kinds('cloudStack')).toEqual(['Cluster', 'CloudStackDatacenterConfig', 'CloudStackMachineConfig'])
  expect(kinds('snow')).toEqual(['Cluster', 'SnowDatacenterConfig', 'SnowMachineConfig'])
  expect(kinds('docker')).toEqual(['Cluster', 'DockerDatacenterConfig'])
})

test('the network of pods is Cilium, and kindnetd on Docker alone [seed 59]', () => {
  const cni = (provider: keyof typeof fleets, name: string) =>
    (find(documents(provider), 'Cluster', name)?.clusterNetwork as { cniConfig?: unknown } | undefined)?.cniConfig
  expect(cni('vsphere', 'plant')).toEqual({ cilium: {} })
  expect(cni('docker', 'desk')).toEqual({ kindnetd: {} })
})

test('machines start the declared system, else the first that their provider has [seed 58]', () => {
  const systems = (provider: keyof typeof fleets) => [
    ...new Set(
      documents(provider).flatMap(({ kind, spec }) =>
        kind.includes('Machine') ? [(spec as { osFamily?: string }).osFamily] : [],
      ),
    ),
  ]
  expect(systems('vsphere')).toEqual(['ubuntu'])
  expect(systems('snow')).toEqual(['ubuntu'])
  expect(systems('cloudStack')).toEqual([undefined])
  const [, , machine] = plannedClusters(planOf(fleets.vsphere.text.replaceAll('os: ubuntu, ', ''))).flatMap(
    ({ view }) => documentsOf(view),
  )
  expect(machine?.spec).toMatchObject({ osFamily: 'bottlerocket', users: [{ name: 'ec2-user' }] })
})

test('etcd stands on machines of its own where that is asked for, and never on bare metal', () => {
  expect(find(documents('vsphere'), 'Cluster', 'plant')?.externalEtcdConfiguration).toEqual({
    count: 3,
    machineGroupRef: { kind: 'VSphereMachineConfig', name: 'plant-etcd' },
  })
  expect(find(documents('vsphere'), 'VSphereMachineConfig', 'plant-etcd')).toBeDefined()
  const withEtcd = fleets.bareMetal.text.replaceAll('os: ubuntu', 'os: ubuntu, etcd: { replicas: 3 }')
  const all = plannedClusters(planOf(withEtcd)).flatMap(({ view }) => documentsOf(view))
  expect(find(all, 'Cluster', 'plant')?.externalEtcdConfiguration).toBeUndefined()
})

test('groups of workers carry their labels, taints, bounds and version, and machines of the size of their pool', () => {
  const all = documents('vsphere')
  const cluster = find(all, 'Cluster', 'plant')
  expect(cluster?.controlPlaneConfiguration).toMatchObject({
    count: 3,
    labels: { hall: 'one' },
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
    upgradeRolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
  })
  expect(cluster?.workerNodeGroupConfigurations).toEqual([
    {
      name: 'line',
      count: 3,
      autoscalingConfiguration: { minCount: 2, maxCount: 5 },
      machineGroupRef: { kind: 'VSphereMachineConfig', name: 'plant-line' },
      labels: { hall: 'two' },
      taints: [{ key: 'line', value: 'yes', effect: 'NoExecute' }],
      upgradeRolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    {
      name: 'office',
      count: 2,
      machineGroupRef: { kind: 'VSphereMachineConfig', name: 'plant-office' },
      kubernetesVersion: '1.34',
      upgradeRolloutStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
  ])
  expect(find(all, 'VSphereMachineConfig', 'plant-line')).toMatchObject({ numCPUs: 2, memoryMiB: 8192 })
  expect(find(all, 'VSphereMachineConfig', 'plant-office')).toMatchObject({ numCPUs: 4, memoryMiB: 16_384 })
})

test('a single node is one control plane without workers, upgraded in place [seed 62]', async () => {
  const { plan } = await exampleFleet('stores')
  const store = plannedClusters(plan).find(({ cluster }) => cluster.name === 'store-0417')
  const [cluster, , machine] = store === undefined ? [] : documentsOf(store.view)
  expect(cluster?.spec).toMatchObject({
    controlPlaneConfiguration: { count: 1, upgradeRolloutStrategy: { type: 'InPlace' } },
    managementCluster: { name: 'hq-west' },
  })
  expect(cluster?.spec).not.toHaveProperty('workerNodeGroupConfigurations')
  expect(cluster?.spec).not.toHaveProperty('controlPlaneConfiguration.taints')
  expect(machine?.spec).toMatchObject({ hardwareSelector: { type: 'store-0417-cp' } })
})

test('machines of a workload cluster boot from the Tinkerbell of its management cluster, and are its own by their label', () => {
  const all = documents('bareMetal').filter(({ metadata }) => metadata.name.startsWith('plant'))
  expect(find(all, 'TinkerbellDatacenterConfig', 'plant')).toEqual({
    tinkerbellIP: '10.1.0.3',
    osImageURL: 'http://10.1.0.2/ubuntu-1-35.gz',
    hookImagesURLPath: 'http://10.1.0.2/hook',
    isoBoot: false,
  })
  const selectors = all.flatMap(({ spec }) => {
    const selector = (spec as { hardwareSelector?: object }).hardwareSelector
    return selector === undefined ? [] : [selector]
  })
  expect(selectors).toEqual([{ type: 'plant-cp' }, { type: 'plant-line' }, { type: 'plant-office' }])
})

test('where nothing leads outside, all images come from the mirror [seed 65]', () => {
  expect(find(documents('bareMetal'), 'Cluster', 'plant')?.registryMirrorConfiguration).toEqual({
    endpoint: '10.1.0.5',
    port: '443',
    ociNamespaces: [{ registry: 'public.ecr.aws', namespace: 'eks-anywhere' }],
  })
})

test('the certificate of the mirror is in the Cluster where its file is there, and a private key is refused', () => {
  const text = fleets.bareMetal.text.replaceAll('endpoint: 10.1.0.5,', 'endpoint: 10.1.0.5, caCertificate: ca.pem,')
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  const all = plannedClusters(planOf(text, { 'ca.pem': pem })).flatMap(({ view }) => documentsOf(view))
  expect(find(all, 'Cluster', 'plant')?.registryMirrorConfiguration).toMatchObject({ caCertContent: pem })
  expect(() => planOf(text, { 'ca.pem': `${pem}-----BEGIN PRIVATE KEY-----\n` })).toThrow(/a private key lies/)
})

test('a licence is a variable, never a token, and a token is not even read [seed 54]', () => {
  expect(find(documents('vsphere'), 'Cluster', 'hq')?.licenseToken).toBe(`\${LICENSE_TOKEN}`)
  expect(() => planOf(fleets.vsphere.text.replace('vault/hq', 'eyJhbGciOiJIUzI1NiJ9'))).toThrow(
    /^licenseToken is written down here$/,
  )
})

test('people sign in by IAM or OIDC, and the Cluster names which', () => {
  const iam = documents('vsphere')
  expect(find(iam, 'Cluster', 'plant')?.identityProviderRefs).toEqual([{ kind: 'AWSIamConfig', name: 'plant' }])
  expect(find(iam, 'AWSIamConfig', 'plant')).toEqual({
    awsRegion: 'us-west-2',
    backendMode: ['EKSConfigMap'],
    mapRoles: [
      { roleARN: 'arn:aws:iam::111122223333:role/operators', username: 'operator', groups: ['system:masters'] },
    ],
    mapUsers: [{ userARN: 'arn:aws:iam::111122223333:user/anna', username: 'anna', groups: [] }],
  })
  expect(find(documents('bareMetal'), 'OIDCConfig', 'plant')).toMatchObject({
    issuerUrl: 'https://login.example.com',
    requiredClaims: [{ claim: 'tenant', value: 'plant' }],
  })
})

test('Flux is left to EKS Anywhere where the fleet says so, with the folder of the cluster [seed 60]', () => {
  const bundled = fleets.vsphere.text.replace('role: management,', 'role: management, bundledFlux: true,')
  const all = plannedClusters(planOf(bundled)).flatMap(({ view }) => documentsOf(view))
  expect(find(all, 'Cluster', 'hq')?.gitOpsRef).toEqual({ kind: 'FluxConfig', name: 'hq' })
  expect(find(all, 'FluxConfig', 'hq')).toEqual({
    branch: 'main',
    systemNamespace: 'flux-system',
    clusterConfigPath: 'fleets/all/clusters/hq',
    git: { repositoryUrl: 'ssh://git@git.example.com/fleet', sshKeyAlgorithm: 'ecdsa' },
  })
  expect(find(all, 'Cluster', 'plant')?.gitOpsRef).toBeUndefined()
  expect(find(documents('vsphere'), 'Cluster', 'hq')?.gitOpsRef).toBeUndefined()
})
