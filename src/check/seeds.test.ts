// Facts of the founding documents that a law enforces. The fragments are those of the laws: what breaks the fact is found, what keeps
// it is not.

import { expect, test } from 'vitest'
import type { Finding } from '../model/finding.ts'
import { law } from './catalogue.ts'
import { check } from './check.ts'
import { fleetOf } from './example.case.ts'

const today = '2026-11-21'

/** What the wrong fragment of the law gives under its code, after seeing that the right one gives nothing. */
function breaking(code: string): Finding {
  const example = law(code)?.example
  expect(example, `${code} has an example`).toBeDefined()
  const of = (fragment: string | undefined) =>
    check(fleetOf(fragment ?? ''), today).filter((finding) => finding.code === code)
  expect(of(example?.right)).toEqual([])
  const [first] = of(example?.wrong)
  if (first === undefined) throw new Error(`${code} is not found in its wrong example`)
  return first
}

test('the security group of the control plane is known to the nodes [seed 12]', () => {
  expect(breaking('LZ026')).toMatchObject({
    severity: 'warning',
    where: 'sites.los-angeles.nodePools.edge.clusterSecurityGroup',
  })
})

test('a literal image id is allowed, with a warning that names the parameter instead [seed 14]', () => {
  expect(breaking('RG022')).toMatchObject({
    severity: 'warning',
    found: 'is ami-0b149b4c68ab69dce',
    fix: expect.stringContaining('/aws/service/eks/optimized-ami/1.35/'),
  })
})

test('the role of self-managed nodes is mapped, by an access entry where aws-auth was [seed 18, 19]', () => {
  expect(breaking('RG018')).toMatchObject({ severity: 'error', fix: expect.stringContaining('EC2_LINUX') })
})

test('kubectl 1.23.13 is too old for a cluster of today [seed 22]', () => {
  expect(breaking('RG027')).toMatchObject({ severity: 'warning', found: 'is 1.23.13, 12 minor versions behind 1.35' })
})

test('an OIDC provider is there before the controller that needs it, in both clusters of a pair [seed 23, 94]', () => {
  expect(breaking('RG028')).toMatchObject({ severity: 'warning', where: 'clusters.oregon.eks.oidcProvider' })
})

test('the controller is told its cluster, Region and VPC [seed 27]', () => {
  expect(breaking('LB005')).toMatchObject({ found: 'lack clusterName, region and vpcId' })
})

test('the load balancer of the Local Zone stands in a public subnet of the zone [seed 33]', () => {
  expect(breaking('LZ016')).toMatchObject({ found: 'has no public subnet in us-west-2-lax-1a' })
})

test('pods of the Local Zone are pinned to its nodes, and a copy stays in the Region [seed 34, 46]', () => {
  expect(breaking('LZ019')).toMatchObject({ severity: 'warning' })
  expect(breaking('LZ020')).toMatchObject({ severity: 'warning', found: 'is the only copy of game' })
})

test('failover has a primary and a secondary, with a health check [seed 38, 129, 130]', () => {
  expect(breaking('DNS001')).toMatchObject({ severity: 'error' })
  expect(breaking('DNS002')).toMatchObject({
    severity: 'error',
    found: 'has neither a health check nor evaluateTargetHealth',
  })
})

test('a dedicated role creates the cluster, and the zone is opted in by its group [seed 45]', () => {
  expect(breaking('RG024')).toMatchObject({ severity: 'info' })
  expect(breaking('LZ001')).toMatchObject({ severity: 'error', fix: 'write us-west-2-lax-1' })
})

test('a zone that no account is said to be opted in to is named: the plan begins with that [seed 45]', () => {
  const fragment = `accounts: [{ name: prod, id: "111122223333" }]
networks: [{ name: main, account: prod, region: us-west-2, cidr: 10.10.0.0/16 }]
`
  expect(check(fleetOf(fragment)).find((finding) => finding.code === 'LZ001')).toMatchObject({
    severity: 'info',
    found: 'needs us-west-2-lax-1, which prod is not said to be opted in to',
    why: expect.stringContaining('ec2:ModifyAvailabilityZoneGroup'),
  })
})

test('the control plane stays in the Region [seed 46]', () => {
  expect(breaking('LZ003')).toMatchObject({ severity: 'error', found: 'is lax, in us-west-2-lax-1a' })
})

test('an extended cluster needs its link, a local one is promised seven days without [seed 49]', () => {
  expect(breaking('OX002')).toMatchObject({ severity: 'error', found: 'is intermittent' })
  expect(breaking('OL001')).toMatchObject({ severity: 'warning', found: 'is 30 days, beyond the seven days announced' })
})

test('an extended cluster loses its nodes after five minutes without the link [seed 50]', () => {
  expect(breaking('OX001')).toMatchObject({
    severity: 'warning',
    found: 'is 4 hours, where the control plane is in the Region',
  })
})

test('two sites of recovery have separate control planes [seed 91]', () => {
  expect(breaking('DR001')).toMatchObject({
    severity: 'error',
    found: 'joins los-angeles and las-vegas, both under oregon',
  })
})

test('one cluster over a Region and its Local Zone is the weaker kind, and is only said to be so [seed 46, 91]', () => {
  const fragment = `---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: los-angeles }, { site: oregon }]
expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
`
  expect(check(fleetOf(fragment)).find((finding) => finding.code === 'DR001')).toMatchObject({
    severity: 'info',
    why: expect.stringContaining('not the loss of the control plane'),
  })
})

test('the two sites of recovery hang on different Regions [seed 92]', () => {
  expect(breaking('DR002')).toMatchObject({
    severity: 'warning',
    found: 'joins los-angeles and phoenix, both of us-west-2',
  })
})

test('recovery by DNS is for apps without state [seed 93]', () => {
  expect(breaking('DR003')).toMatchObject({ severity: 'warning' })
})

test('API versions of Flux that are no longer served are found [seed 100, 117, 118]', () => {
  expect(breaking('GIT001')).toMatchObject({ severity: 'error', fix: 'write helm.toolkit.fluxcd.io/v2' })
  const old = (apiVersion: string, kind: string) =>
    check(
      fleetOf(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: eks, namespace: flux-system }\nspec: {}\n`),
    ).find((finding) => finding.code === 'GIT001')?.fix
  expect(old('source.toolkit.fluxcd.io/v1beta2', 'HelmRepository')).toBe('write source.toolkit.fluxcd.io/v1')
  expect(old('kustomize.toolkit.fluxcd.io/v1beta2', 'Kustomization')).toBe('write kustomize.toolkit.fluxcd.io/v1')
  expect(old('source.toolkit.fluxcd.io/v1', 'HelmRepository')).toBeUndefined()
})

test('chart 1.5.4 of the controller is old [seed 101]', () => {
  expect(breaking('LB006')).toMatchObject({ severity: 'warning', found: 'is 1.5.4', fix: 'use chart 3.5.0' })
})

test('a HelmRelease that refers to another namespace is named [seed 102]', () => {
  expect(breaking('GIT011')).toMatchObject({ severity: 'warning' })
})

test('the tag latest is found, in an app and in a manifest [seed 108]', () => {
  expect(breaking('GIT012')).toMatchObject({
    severity: 'warning',
    found: 'is public.ecr.aws/l6m2t8p7/docker-2048:latest',
  })
  const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: deployment-2048, namespace: game-2048 }
spec:
  template:
    spec:
      containers:
        - { name: app-2048, image: "public.ecr.aws/l6m2t8p7/docker-2048:latest", imagePullPolicy: Always }
`
  expect(check(fleetOf(manifest)).find((finding) => finding.code === 'GIT012')).toMatchObject({
    at: { file: 'game.yaml', line: 8 },
  })
})

test('targets at the edge are pods, by address [seed 111]', () => {
  expect(breaking('LB004')).toMatchObject({ severity: 'warning', found: 'is instance, with a copy at los-angeles' })
})

test('Flux prunes and waits, and the app depends on the controller [seed 118, 119]', () => {
  expect(breaking('GIT002')).toMatchObject({ severity: 'error', found: 'of game-2048 has no wait: true' })
  const kustomization = (name: string, rest: string) => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system }
spec: { interval: 10m0s, prune: true, wait: true, ${rest} }
`
  const controller = kustomization('aws-load-balancer-controller', 'path: ./infrastructure/localzone')
  const found = (rest: string) =>
    check(fleetOf(`${controller}${kustomization('game-2048', rest)}`)).filter((finding) => finding.code === 'GIT002')
  expect(found('path: ./apps/localzone')).toMatchObject([
    { found: 'of game-2048 does not depend on aws-load-balancer-controller' },
  ])
  expect(found('path: ./apps/localzone, dependsOn: [{ name: aws-load-balancer-controller }]')).toEqual([])
})

test('no shell variable is left in what the cluster reads, on either site [seed 120]', () => {
  expect(breaking('GIT007')).toMatchObject({ severity: 'error', found: 'holds $localzone_subnets' })
})

test('credentials of Git are made outside the repository [seed 122]', () => {
  expect(breaking('GIT008')).toMatchObject({ severity: 'error' })
  expect(
    check(fleetOf('gitops: { url: "https://git:hunter2@git.example.com/fleet" }\n')).find(
      (finding) => finding.code === 'GIT008',
    ),
  ).toMatchObject({ where: 'gitops.url', found: 'holds a password' })
})

test('a check every 30 seconds with three failures is allowed, one every 15 is not [seed 127]', () => {
  expect(breaking('DNS003')).toMatchObject({ severity: 'error', found: 'is 15s' })
})

test('where a Region is near enough it takes over rather than a Local Zone [seed 135]', () => {
  expect(breaking('DR004')).toMatchObject({ severity: 'info' })
})

test('a Wavelength Zone is opted in by its group, and has its own border group [seed 137, 145]', () => {
  expect(breaking('WL001')).toMatchObject({ severity: 'error', fix: 'write us-east-1-wl1' })
  expect(breaking('WL002')).toMatchObject({ severity: 'error', fix: 'use us-east-1-wl1-bos-wlz-1, or leave it out' })
})

test('two control-plane subnets, none of them in Wavelength [seed 138]', () => {
  expect(breaking('RG001')).toMatchObject({ severity: 'error' })
  expect(breaking('WL003')).toMatchObject({ severity: 'error' })
})

test('nodes of Wavelength are self-managed, on gp2 [seed 139, 141]', () => {
  expect(breaking('WL004')).toMatchObject({ severity: 'error', fix: 'use selfManaged, or move the node pool' })
  expect(breaking('WL006')).toMatchObject({ severity: 'error', fix: 'use gp2, or move the node pool' })
})

test('a private cluster has its endpoints with private names, in a VPC with DNS [seed 146]', () => {
  expect(breaking('RG005')).toMatchObject({ severity: 'error' })
  expect(breaking('RG010')).toMatchObject({ severity: 'error', found: expect.stringContaining('ecr.api') })
  expect(breaking('RG011')).toMatchObject({ severity: 'error' })
})

test('a carrier gateway translates between private and carrier addresses [seed 153]', () => {
  expect(breaking('WL020')).toMatchObject({
    severity: 'error',
    fix: 'send 0.0.0.0/0 by carrierGateway, or leave routes out',
  })
})

// the portfolio: EKS Anywhere, and what is right for which site

test('a Region offers managed and self-managed nodes and Fargate [seed 47]', () => {
  const of = (kind: string) =>
    check(
      fleetOf(
        `sites: [{ name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: one, kind: ${kind} }] }]\n`,
      ),
    ).filter(({ where }) => where.endsWith('.kind'))
  expect(['managed', 'selfManaged', 'fargate'].flatMap(of)).toEqual([])
  expect(of('hybrid')).toMatchObject([{ severity: 'error' }])
})

test('EKS Anywhere is operated by its customer, who says by whom, with which backup and when [seed 53, 54, 70]', () => {
  expect(breaking('EA001')).toMatchObject({ severity: 'warning', found: 'says no owner, backup, upgradeWindow' })
  expect(breaking('EA018')).toMatchObject({
    severity: 'error',
    found: 'is 1.32, in extended support since 2026-04-30, without licenseToken',
  })
})

test('all products build on EKS Distro, so that one minor version can be had everywhere [seed 55]', () => {
  expect(breaking('EA021')).toMatchObject({ severity: 'info', found: 'run 1.34, 1.35' })
})

test('a cluster and its management cluster are of one provider; CloudStack and Snow are on their way out [seed 56]', () => {
  expect(breaking('EA003')).toMatchObject({ severity: 'error', found: 'is a cluster on vsphere, for one on bareMetal' })
  expect(breaking('EA004')).toMatchObject({ severity: 'error', found: 'is cloudStack, with release 0.26.1' })
  expect(breaking('EA005')).toMatchObject({ severity: 'warning' })
})

test('Bottlerocket, Ubuntu and Red Hat: where each starts, and who supports it [seed 58]', () => {
  expect(breaking('EA007')).toMatchObject({ severity: 'info', found: 'is redhat' })
  expect(breaking('EA008')).toMatchObject({ severity: 'error', found: 'is bottlerocket, on bareMetal with 1.35' })
})

test('Cilium on premises, in place of the VPC CNI [seed 59, 67]', () => {
  expect(breaking('EA002')).toMatchObject({ severity: 'error', found: 'is vpc-cni' })
})

test('Flux comes along, and drives clusters from a management cluster [seed 60, 64]', () => {
  expect(breaking('EA012')).toMatchObject({ severity: 'info', where: 'fleet.gitops' })
  expect(breaking('EA011')).toMatchObject({ severity: 'warning', found: 'follows Git and stands alone' })
})

test('own machines behind a weak link are for EKS Anywhere, not for a control plane in the Region [seed 61]', () => {
  expect(breaking('EA019')).toMatchObject({ severity: 'warning', fix: expect.stringContaining('EKS Anywhere') })
  expect(breaking('HN005')).toMatchObject({ severity: 'warning', found: 'is 20 Mbit/s' })
})

test('a single node is one bare machine of some 32 CPUs with everything on it [seed 62]', () => {
  expect(breaking('EA024')).toMatchObject({ severity: 'error', found: 'is true, on vsphere' })
  expect(breaking('EA013')).toMatchObject({ severity: 'info', found: 'is 8 CPUs and 32 GiB' })
})

test('a standalone cluster needs an admin machine each time; from two on a management cluster is better [seed 63, 64]', () => {
  expect(breaking('EA010')).toMatchObject({ severity: 'info', fix: expect.stringContaining('4 CPUs, 16 GiB') })
  expect(breaking('EA009')).toMatchObject({ severity: 'warning', found: 'stands alone, like others on its provider' })
  expect(breaking('EA025')).toMatchObject({ severity: 'error', found: 'is itself a workload cluster' })
  expect(breaking('EA026')).toMatchObject({
    severity: 'error',
    found: 'is 0.26, where its management cluster has 0.25',
  })
})

test('fully cut off works, with everything on the LAN [seed 65]', () => {
  expect(breaking('EA014')).toMatchObject({ severity: 'error', where: 'clusters.ship.eksAnywhere.registryMirror' })
})

test('MetalLB, Emissary and the metrics server stand for what AWS would bring [seed 66, 67]', () => {
  expect(breaking('EA015')).toMatchObject({ severity: 'warning', found: 'lack metallb, for an address of till' })
  expect(breaking('EA016')).toMatchObject({ severity: 'error', found: 'holds the endpoint of its own cluster' })
})

// the federation

test('a host with other clusters as members, reached by its node port [seed 71, 72, 73, 78]', () => {
  expect(breaking('KM001')).toMatchObject({ severity: 'error', found: 'are oregon, the host, alone' })
  expect(breaking('KM003')).toMatchObject({ severity: 'error', found: 'is 5443', fix: 'use 32443, or leave it out' })
})

test('its etcd has members of its own on volumes of the nodes [seed 75, 76, 77]', () => {
  const onPaths = law('KM002')?.example?.wrong ?? ''
  const found = (fragment: string) =>
    check(fleetOf(fragment), today)
      .filter(({ code }) => code === 'KM002')
      .map(({ severity, where, found }) => `${severity} ${where} ${found}`)
  expect(found(onPaths)).toContain('error federations.main.etcd.storage is hostPath, with 3 members')
  expect(found(onPaths.replace('hostPath', 'volume'))).toContain(
    'error federations.main.host is oregon, without the add-on aws-ebs-csi-driver',
  )
  expect(found(law('KM002')?.example?.right ?? '')).toEqual([])
})

test('equal weights over two members divide without a tie, or are said to [seed 80]', () => {
  expect(breaking('KM010')).toMatchObject({ severity: 'info', found: 'is 3, whose last falls by a tie' })
})

test('the host has three zones, public and private, and a NAT gateway [seed 82, 85]', () => {
  expect(breaking('KM012')).toMatchObject({ severity: 'warning', found: expect.stringContaining('for the host of a') })
})

test('quotas of the account are looked at before anything is made [seed 87]', () => {
  expect(breaking('KM014')).toMatchObject({ severity: 'info', found: 'makes more than 5 VPCs in one Region' })
})

test('disaster recovery over members works only with all of its conditions [seed 88]', () => {
  expect(breaking('KM015')).toMatchObject({ severity: 'error' })
  expect(breaking('KM027')).toMatchObject({ severity: 'error' })
  expect(breaking('KM028')).toMatchObject({ severity: 'error' })
})

test('residency is kept by which members may hold the app, not by weights [seed 89]', () => {
  expect(breaking('EA020')).toMatchObject({ severity: 'error', found: 'is in CA, where residency allows US' })
  expect(breaking('KM011')).toMatchObject({ found: 'is 0, which does not keep east free' })
})

// Wavelength

test('nodes of Wavelength stand in subnets of their zone, the control plane in the Region [seed 138, 140, 141]', () => {
  expect(breaking('WL005')).toMatchObject({ severity: 'error', found: 'is a cluster of kind eksOutpost' })
  expect(breaking('WL007')).toMatchObject({ severity: 'error', found: 'is virginia-a, in us-east-1a' })
})

test('their version is that of the control plane [seed 142]', () => {
  expect(breaking('WL030')).toMatchObject({ severity: 'warning', found: 'is 1.33, where the control plane has 1.35' })
})

test('other identities get more than a name [seed 144]', () => {
  expect(breaking('RG019')).toMatchObject({ severity: 'warning', where: 'clusters.oregon.eks.accessEntries.0' })
})

test('nodes reach the API by a carrier address or its private endpoint, and AWS by endpoints [seed 145, 146]', () => {
  expect(breaking('WL008')).toMatchObject({ severity: 'error', found: 'is none, with a public endpoint' })
  expect(breaking('WL009')).toMatchObject({ severity: 'warning', where: 'clusters.virginia.eks.endpoint' })
  expect(breaking('WL010')).toMatchObject({ severity: 'error', found: expect.stringContaining('ecr.api') })
})

test('cluster DNS stays on nodes of the Region, of which there are two [seed 143, 147]', () => {
  expect(breaking('WL012')).toMatchObject({ severity: 'error', found: 'is on nodes of a Wavelength Zone' })
  expect(breaking('WL013')).toMatchObject({ severity: 'error' })
  expect(breaking('WL014')).toMatchObject({ severity: 'warning' })
})

test('a namespace for each zone, and pods pinned by the name of the zone [seed 148, 149]', () => {
  expect(breaking('WL015')).toMatchObject({ severity: 'warning', found: expect.stringContaining('us-east-1-wl1-bos') })
  expect(breaking('WL016')).toMatchObject({ severity: 'warning', found: 'is false' })
})

test('one load balancer for each zone, in its public subnet, to pods by address [seed 150, 151]', () => {
  expect(breaking('WL018')).toMatchObject({
    severity: 'error',
    found: 'has no public subnet in us-east-1-wl1-bos-wlz-1',
  })
  expect(breaking('WL017')).toMatchObject({ severity: 'error' })
  expect(breaking('LB004')).toMatchObject({ severity: 'warning' })
})

test('weights over zones are allowed, with what they cannot know [seed 152]', () => {
  expect(breaking('WL023')).toMatchObject({ severity: 'info', found: expect.stringContaining('2 Wavelength Zones') })
})

test('one zone does not reach another: neither apps nor majorities span them [seed 153]', () => {
  expect(breaking('WL011')).toMatchObject({ severity: 'error', where: 'apps.frontend.dependsOn.0' })
  expect(breaking('WL032')).toMatchObject({ severity: 'warning' })
})

test("only the partner's network reaches a zone [seed 154]", () => {
  expect(breaking('WL021')).toMatchObject({ severity: 'warning', found: expect.stringContaining('users cannot reach') })
  expect(breaking('WL022')).toMatchObject({ severity: 'warning', found: 'hands boston to users, who cannot reach it' })
})
