// The shape of a cluster of EKS Anywhere: its name, its control plane, its etcd, its workers. Most of it is refused by the validator of
// EKS Anywhere, on the day of the deployment; what that lets through says so.

import type { Hit, Rule } from '../../model/finding.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { controlPlanesOf, hitAt, ofEach } from './clusters.ts'
import { workersOf } from './groups.ts'

const name: Rule = {
  code: 'EAS01',
  severity: 'error',
  title: 'The name of an EKS Anywhere cluster starts with a letter and has at most 35 characters',
  why: 'EKS Anywhere makes names of machines and groups out of it, and refuses a longer one.',
  sources: [`${source.eksaCluster}, validateClusterConfigName`],
  example: {
    wrong: yaml`
      clusters: [{ name: the-shop-at-the-corner-of-main-street-and-fifth, eksAnywhere: { provider: docker, version: "1.35" } }]
      sites: []
    `,
    right: yaml`
      clusters: [{ name: shop-main-street-5, eksAnywhere: { provider: docker, version: "1.35" } }]
      sites: [{ name: shop, place: { onPremises: docker }, cluster: shop-main-street-5, nodePools: [{ name: floor }] }]
    `,
  },
  check: ofEach(({ cluster }): Hit[] => {
    const fix = 'shorten it; in a class, the text around the columns'
    const at = { origin: cluster.origin, field: 'name' }
    if (cluster.name.length > 35) return [{ ...at, found: 'is longer than 35 characters', fix }]
    if (cluster.name.length < 2) return [{ ...at, found: 'is a single character', fix: 'use two or more' }]
    return /^[a-z]/.test(cluster.name)
      ? []
      : [{ ...at, found: 'starts with a digit', fix: 'put a word before it, such as store-' }]
  }),
}

const oddControlPlane: Rule = {
  code: 'EAS03',
  severity: 'error',
  title: 'Control planes with etcd inside are odd in number',
  why: 'etcd decides by majority: an even number survives no more losses than one fewer, and EKS Anywhere refuses it.',
  sources: [`${source.eksaCluster}, validateControlPlaneReplicas`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, controlPlane: { replicas: 2 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, controlPlane: { replicas: 3 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { spec } = one
    const replicas = controlPlanesOf(one)
    const field = 'controlPlane/replicas'
    if (replicas === 0) return [hitAt(one, field, 'is 0', 'use 3')]
    if (spec.etcd === undefined && replicas % 2 === 0)
      return [hitAt(one, field, `is ${replicas}`, `use ${replicas - 1} or ${replicas + 1}`)]
    if (replicas > 1 || spec.singleNode || spec.provider === 'docker') return []
    return [
      hitAt(one, field, 'is 1', 'use 3, or say singleNode where one machine is all there is', {
        severity: 'warning',
        why: 'One control plane is accepted, and its loss is the loss of the API and of etcd.',
      }),
    ]
  }),
}

const externalEtcd: Rule = {
  code: 'EAS04',
  severity: 'error',
  title: 'Machines of an etcd of its own are odd in number, and not on bare metal',
  why: 'etcd decides by majority; on bare metal EKS Anywhere has etcd on the control planes only.',
  sources: [`${source.eksaCluster}, validateEtcdReplicas and validateExternalEtcdSupport`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, etcd: { replicas: 4 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, etcd: { replicas: 3 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { etcd, provider } = one.spec
    if (etcd === undefined) return []
    if (provider === 'bareMetal')
      return [hitAt(one, 'etcd', 'is outside the control plane, on bare metal', 'leave it out')]
    return etcd.replicas % 2 === 1 ? [] : [hitAt(one, 'etcd/replicas', `is ${etcd.replicas}`, 'use 3 or 5')]
  }),
}

const hasWorkers: Rule = {
  code: 'EAS07',
  severity: 'error',
  title: 'A cluster of EKS Anywhere has workers',
  why: 'Only a single node of bare metal does without: elsewhere EKS Anywhere refuses a cluster without a worker group.',
  sources: [`${source.eksaCluster}, validateWorkerNodeGroups`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor, replicas: 2 }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    if (one.spec.singleNode || one.pools.some(({ replicas }) => replicas > 0)) return []
    const fix = 'add a node pool to its site'
    if (one.spec.provider !== 'bareMetal') return [hitAt(one, '', 'has no workers', fix)]
    const why =
      'The validator lets it through on bare metal: apps then run beside etcd and the API on the control planes.'
    return [hitAt(one, '', 'has no workers', `${fix}, or say singleNode`, { severity: 'warning', why })]
  }),
}

const openWorkers: Rule = {
  code: 'EAS08',
  severity: 'error',
  title: 'A cluster that manages itself has a worker group without taints',
  why: 'The controllers of EKS Anywhere run on its workers and tolerate none of your taints.',
  sources: [`${source.eksaCluster}, validateWorkerNodeGroups`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - name: plant
          place: { onPremises: vsphere }
          cluster: plant
          nodePools: [{ name: floor, taints: [{ key: machines, effect: NoSchedule }] }]
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - name: plant
          place: { onPremises: vsphere }
          cluster: plant
          nodePools: [{ name: floor, taints: [{ key: machines, effect: NoSchedule }] }, { name: system }]
    `,
  },
  check: ofEach((one): Hit[] => {
    if (one.role === 'workload' || one.spec.singleNode || one.pools.length === 0) return []
    const closed = one.pools.every(({ taints }) => taints.some(({ effect }) => effect !== 'PreferNoSchedule'))
    const [first] = one.pools
    return closed && first !== undefined
      ? [
          {
            origin: first.origin,
            field: 'taints',
            found: 'close every worker group of the cluster',
            fix: 'add a pool without taints',
          },
        ]
      : []
  }),
}

const taintsWithoutWorkers: Rule = {
  code: 'EAS09',
  severity: 'error',
  title: 'A control plane has taints only where there are workers',
  why: 'Without workers all pods run on the control plane: EKS Anywhere takes its taint away, and refuses others.',
  sources: [`${source.eksaCluster}, validateWorkerNodeGroups`],
  example: {
    wrong: yaml`
      clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - name: hq
          place: { onPremises: bareMetal }
          cluster: hq
          nodePools: [{ name: control-plane, replicas: 3, taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }]
    `,
    right: yaml`
      clusters: [{ name: hq, eksAnywhere: { provider: bareMetal, role: management, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: hq, place: { onPremises: bareMetal }, cluster: hq, nodePools: [{ name: control-plane, replicas: 3 }] }
    `,
  },
  check: ofEach(({ spec, pools }): Hit[] =>
    workersOf(spec, pools).length > 0
      ? []
      : pools
          .filter(({ taints }) => taints.some(({ effect }) => effect !== 'PreferNoSchedule'))
          .map(({ origin }) => ({
            origin,
            field: 'taints',
            found: 'keep pods off the only machines that there are',
            fix: 'take them out, or add a pool of workers',
          })),
  ),
}

const validLabels: Rule = {
  code: 'EAS10',
  severity: 'error',
  title: 'Labels of nodes are written as Kubernetes writes labels',
  why: 'A kubelet with a label that Kubernetes does not accept never registers its node.',
  sources: [`${source.eksaCluster}, validateNodeLabels`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor, labels: { "hall number": "3" } }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor, labels: { hall-number: "3" } }] }
    `,
  },
  check: ofEach(({ pools }) =>
    pools.flatMap((pool) =>
      Object.entries(pool.labels).flatMap(([key, value]): Hit[] => {
        const part = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/
        const [name = '', prefix] = key.split('/').toReversed()
        const keyHolds = name !== '' && part.test(name) && (prefix === undefined || /^[a-z0-9.-]{1,253}$/.test(prefix))
        if (keyHolds && part.test(value)) return []
        const found = keyHolds ? `gives ${key} a value that is no label` : 'have a key that is no label'
        const fix = 'use letters, digits, hyphens, underscores and dots, 63 characters at most'
        return [{ origin: pool.origin, field: 'labels', found, fix }]
      }),
    ),
  ),
}

const singleNode: Rule = {
  code: 'EA024',
  severity: 'error',
  title: 'A single node is one machine of bare metal',
  why: 'Control plane, etcd and workers share the one machine; EKS Anywhere knows this form on bare metal only.',
  sources: [`${source.EKSAS}: TinkerbellClusterSpec, IsSingleNode`, source.seedPortfolio],
  seeds: [62],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, singleNode: true } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, singleNode: true } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, hardware: { cpu: 32, memoryGiB: 64 } }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { spec } = one
    if (!spec.singleNode || spec.provider === 'docker') return []
    const nodes = one.pools.reduce((sum, { replicas }) => sum + replicas, 0)
    const replicas = controlPlanesOf(one)
    return [
      ...(spec.provider === 'bareMetal'
        ? []
        : [hitAt(one, 'singleNode', `is true, on ${spec.provider}`, 'use bareMetal, or leave it out')]),
      ...(replicas === 1
        ? []
        : [hitAt(one, 'controlPlane/replicas', `is ${replicas}, on a single node`, 'use 1, or leave it out')]),
      ...(nodes <= 1
        ? []
        : [
            hitAt(
              one,
              'singleNode',
              `is true, with ${nodes} nodes`,
              'declare one pool of one node, or leave singleNode out',
            ),
          ]),
    ]
  }),
}

const strongEnough: Rule = {
  code: 'EA013',
  severity: 'info',
  title: 'A single node has some 32 virtual CPUs, and never less than 2 with 8 GiB',
  why: 'Control plane, etcd and the apps share it: AWS speaks of about 32 virtual CPUs for real work, its documents of 2 and 8 GiB at least.',
  sources: [source.seedPortfolio, `${source.EKSA}getting-started/baremetal/bare-prereq/`],
  seeds: [62],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, singleNode: true } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, hardware: { cpu: 8, memoryGiB: 32 } }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, singleNode: true } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor, hardware: { cpu: 32, memoryGiB: 64 } }] }
    `,
  },
  check: ofEach(({ spec, pools }) =>
    pools.flatMap(({ hardware, origin }): Hit[] => {
      if (hardware === undefined || spec.provider !== 'bareMetal') return []
      const { cpu, memoryGiB } = hardware
      const found = `is ${cpu} CPUs and ${memoryGiB} GiB`
      if (cpu < 2 || memoryGiB < 8)
        return [
          {
            origin,
            field: 'hardware',
            found,
            fix: 'use a machine of 2 CPUs, 8 GiB and 25 GB of disk, or more',
            severity: 'error',
          },
        ]
      return spec.singleNode && cpu < 32
        ? [{ origin, field: 'hardware', found, fix: 'nothing, where the apps are small; else a larger machine' }]
        : []
    }),
  ),
}

export const shapeRules: readonly Rule[] = [
  name,
  oddControlPlane,
  externalEtcd,
  hasWorkers,
  openWorkers,
  taintsWithoutWorkers,
  validLabels,
  singleNode,
  strongEnough,
]
