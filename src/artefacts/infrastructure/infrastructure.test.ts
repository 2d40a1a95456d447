// What stands on a cluster before any app. The founding facts of the controller are tested with the repository in flux/.

import { expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import { plan } from '../../plan/index.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { infrastructureBundles } from './infrastructure.ts'

const head = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: cloud }\n'
const app = `---
kind: App
metadata: { name: shop }
source: { image: registry.example.com/shop:1 }
placement: [{ matchLabels: { role: shop } }]
expose: { host: shop.example.com, routing: { simple: west }, healthCheck: {} }
`
const bundlesOf = (text: string) => infrastructureBundles(plan(fleetFrom(head + text)))
const named = (bundles: readonly Bundle[], name: string): Bundle => {
  const bundle = bundles.find((one) => one.name === name)
  if (bundle === undefined) throw new Error(`there is no ${name}`)
  return bundle
}
const patchOf = (bundle: Bundle, overlay: string): KubernetesObject | undefined =>
  bundle.overlays.find(({ name }) => name === overlay)?.patches[0]?.objects[0]

const two = (gitops: string) => `accounts: [{ name: prod, id: "111122223333" }]
networks:
  - { name: west, account: prod, region: us-west-2, cidr: 10.1.0.0/16, egress: none }
  - { name: theirs, account: prod, region: us-gov-west-1, cidr: 10.2.0.0/16, existing: { vpcId: vpc-0a1b2c3d } }
clusters:
  - { name: one, network: west, eks: { version: "1.35", loadBalancerController: { version: 1.13.0, identity: podIdentity } } }
  - { name: two, network: theirs, eks: { version: "1.35", loadBalancerController: { version: 1.14.0, identity: oidc, role: balancer, serviceAccount: lbc } } }
sites:
  - { name: west, place: { region: us-west-2 }, cluster: one, labels: { role: shop }, nodePools: [{ name: core }] }
  - { name: gov, place: { region: us-gov-west-1 }, cluster: two, labels: { role: shop }, nodePools: [{ name: core }] }
${gitops}
${app}`

test('without Flux there is nothing to deliver', () => {
  expect(bundlesOf(two(''))).toEqual([])
})

test('a cluster patches in only what it has: no role with Pod Identity, no calls that find no way out, another version', () => {
  const bundle = named(
    bundlesOf(two('gitops: { url: "https://git.example.com/fleet" }')),
    'aws-load-balancer-controller',
  )
  expect(patchOf(bundle, 'west')?.spec).toEqual({
    values: {
      clusterName: 'one',
      region: 'us-west-2',
      vpcId: `\${fleet_vpc_west}`,
      enableShield: false,
      enableWaf: false,
      enableWafv2: false,
    },
  })
  expect(patchOf(bundle, 'gov')?.spec).toEqual({
    chart: { spec: { version: '1.14.0' } },
    values: {
      clusterName: 'two',
      region: 'us-gov-west-1',
      vpcId: 'vpc-0a1b2c3d',
      serviceAccount: {
        name: 'lbc',
        annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws-us-gov:iam::111122223333:role/balancer' },
      },
    },
  })
  expect(bundle.targets).toEqual([
    { cluster: 'one', overlay: 'west', values: {} },
    { cluster: 'two', overlay: 'gov', values: {} },
  ])
})

test('rows of a class share one patch and have values of their own', () => {
  const bundle = named(
    bundlesOf(`accounts: [{ name: prod, id: "111122223333" }]
networks: [{ name: west, account: prod, region: us-west-2, cidr: 10.1.0.0/16 }]
classes:
  - name: shop
    rows: { list: [{ id: a }, { id: b }, { id: c }], key: id, columns: { id: string } }
    site: { name: "shop-{id}", place: { region: us-west-2 }, labels: { role: shop }, nodePools: [{ name: core }] }
    cluster: { network: west, eks: { version: "1.35", loadBalancerController: { version: 1.13.0, identity: oidc } } }
gitops: { url: "https://git.example.com/fleet" }
${app.replace('simple: west', 'simple: shop-a')}`),
    'aws-load-balancer-controller',
  )
  expect(bundle.overlays).toHaveLength(1)
  expect(patchOf(bundle, 'shop')?.spec).toMatchObject({
    values: {
      clusterName: `\${cluster_name}`,
      region: `\${cluster_region}`,
      vpcId: `\${fleet_vpc}`,
      serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': `\${controller_role}` } },
    },
  })
  expect(bundle.targets.map(({ class: ofClass, overlay, values }) => [ofClass, overlay, values.cluster_name])).toEqual([
    ['shop', 'shop', 'shop-a'],
    ['shop', 'shop', 'shop-b'],
    ['shop', 'shop', 'shop-c'],
  ])
})

test('cluster DNS is kept in the Region by Flux only where EKS does not look after it, and stays when Flux goes', () => {
  const carrier = (addons: string) => `networks: [{ name: main, region: us-east-1, cidr: 10.1.0.0/16 }]
clusters: [{ name: one, network: main, eks: { version: "1.35"${addons} } }]
sites:
  - { name: region, place: { region: us-east-1 }, cluster: one, nodePools: [{ name: core, replicas: 2 }] }
  - { name: boston, place: { wavelength: us-east-1-wl1-bos-wlz-1 }, cluster: one, nodePools: [{ name: edge, instanceTypes: [t3.medium] }] }
gitops: { url: "https://git.example.com/fleet" }
`
  expect(bundlesOf(carrier(', addons: [vpc-cni, coredns]')).map(({ name }) => name)).not.toContain('cluster-dns')
  const bundle = named(bundlesOf(carrier(', addons: [vpc-cni]')), 'cluster-dns')
  expect(bundle.base[0]?.objects[0]).toMatchObject({
    kind: 'Deployment',
    metadata: {
      name: 'coredns',
      namespace: 'kube-system',
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled', 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' },
    },
    spec: {
      replicas: 2,
      template: { spec: { nodeSelector: { 'parentregion.resources': 'true' }, containers: [{ name: 'coredns' }] } },
    },
  })
  expect(JSON.stringify(patchOf(bundle, 'region'))).toContain('requiredDuringSchedulingIgnoredDuringExecution')
})
