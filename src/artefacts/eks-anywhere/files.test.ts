// What lies in which file, who fills in what, and that no secret of the fleet is in any of it.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { exampleFleet } from '../../../test/example.case.ts'
import { eksAnywhereBundles } from './bundles.ts'
import { eksAnywhereFiles } from './files.ts'
import { filledIn } from './filled.ts'
import { fleets, planOf } from './fleets.case.ts'

const kindsIn = (text: string): readonly string[] =>
  parseAllDocuments(text).map((document) => `${document.toJS().kind} ${document.toJS().metadata.name}`)

test('the admin machine has the files of management and standalone clusters; what Flux applies is not among them [seed 63, 64]', async () => {
  const { plan } = await exampleFleet('stores')
  const files = eksAnywhereFiles(plan)
  expect(files.map(({ path }) => path).filter((path) => path.endsWith('cluster.yaml'))).toEqual([
    'eks-anywhere/hq-east/cluster.yaml',
    'eks-anywhere/hq-west/cluster.yaml',
    'eks-anywhere/factory-management/cluster.yaml',
    'eks-anywhere/ship/cluster.yaml',
  ])
  expect(kindsIn(files.find(({ path }) => path === 'eks-anywhere/ship/cluster.yaml')?.text ?? '')).toEqual([
    'Cluster ship',
    'TinkerbellDatacenterConfig ship',
    'TinkerbellMachineConfig ship-cp',
  ])
})

test('without GitOps a workload cluster has its files on the admin machine too', () => {
  const byHand = fleets.vsphere.text.replace(/^gitops.*\n/, '')
  const paths = eksAnywhereFiles(planOf(byHand)).map(({ path }) => path)
  expect(paths).toEqual([
    'eks-anywhere/hq/cluster.yaml',
    'eks-anywhere/plant/cluster.yaml',
    'eks-anywhere/plant/namespaces.yaml',
    'eks-anywhere/plant/packages.yaml',
  ])
  expect(eksAnywhereBundles(planOf(byHand))).toEqual([])
})

test('the hardware file names the cluster in the label of each machine, and leaves passwords open', () => {
  const files = eksAnywhereFiles(planOf(fleets.bareMetal.text, fleets.bareMetal.attached))
  const lines = files.find(({ path }) => path === 'eks-anywhere/plant/hardware.csv')?.text.split('\n') ?? []
  expect(lines[0]).toBe(
    'hostname,mac,ip_address,netmask,gateway,nameservers,disk,labels,bmc_ip,bmc_username,bmc_password',
  )
  expect(lines[1]).toBe(
    `plant-0,0c:c4:7a:00:50:00,10.1.5.20,255.255.255.0,10.1.0.1,10.1.0.1,/dev/sda,type=plant-cp,10.1.5.120,\${BMC_USERNAME},\${BMC_PASSWORD}`,
  )
  expect(lines[4]).toContain('type=plant-line')
  expect(lines.at(-1)).toBe('')
})

test('of what is filled in, the name and the place where it is kept are said', async () => {
  const { plan } = await exampleFleet('stores')
  const filled = new Map(filledIn(plan).map((one) => [one.cluster, one]))
  expect(filled.get('hq-east')).toEqual({
    cluster: 'hq-east',
    inCluster: [{ name: 'LICENSE_TOKEN', from: 'vault/eks-anywhere/hq-east' }],
    licence: undefined,
    inPackages: [{ name: 'HARBOR_SECRET_KEY' }],
    inHardware: [
      { name: 'BMC_USERNAME', from: 'vault/bmc/hq-east' },
      { name: 'BMC_PASSWORD', from: 'vault/bmc/hq-east' },
    ],
    environment: [],
  })
  expect(filled.get('factory')).toMatchObject({
    inCluster: [],
    licence: { name: 'LICENSE_TOKEN', from: 'vault/eks-anywhere/factory' },
    environment: ['EKSA_VSPHERE_USERNAME', 'EKSA_VSPHERE_PASSWORD'],
  })
})

test('curated packages stand in for what AWS has; one with a secret is filled in on the admin machine [seed 66, 67]', () => {
  const all = 'harbor, emissary, metallb, cert-manager, adot, metrics-server, cluster-autoscaler'
  const text = fleets.vsphere.text.replace('packages: [cluster-autoscaler, metallb]', `packages: [${all}]`)
  const plan = planOf(text)
  const [packages] = eksAnywhereBundles(plan)
    .filter(({ name }) => name === 'plant-packages')
    .flatMap(({ base }) => base.flatMap(({ objects }) => objects))
    .map(({ metadata }) => metadata.namespace)
  expect(packages).toBe('eksa-packages-plant')
  const names = eksAnywhereBundles(plan).flatMap(({ base }) =>
    base.flatMap(({ objects }) => objects.flatMap(({ kind, metadata }) => (kind === 'Package' ? [metadata.name] : []))),
  )
  expect(names).toEqual(['emissary', 'metallb', 'cert-manager', 'adot', 'metrics-server', 'cluster-autoscaler'])
  const byHand = eksAnywhereFiles(plan).find(({ path }) => path === 'eks-anywhere/plant/packages.yaml')
  expect(kindsIn(byHand?.text ?? '')).toEqual(['Package harbor'])
  expect(byHand?.text).toContain(`secretKey: \${HARBOR_SECRET_KEY}`)
})

test('a cluster that manages itself gets no package that EKS Anywhere brings along', () => {
  const text = fleets.vsphere.text.replace(
    'role: management,',
    'role: management, packages: [cert-manager, metrics-server],',
  )
  const made = eksAnywhereBundles(planOf(text)).find(({ name }) => name === 'hq-packages')
  expect(made?.base.flatMap(({ objects }) => objects.map(({ metadata }) => metadata.name))).toEqual(['metrics-server'])
})

test('no secret that stands in what was read stands in what is written', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9!#%&*+,./:;<=>?@^_|~-]{12,24}$/).filter((text) => !/^[,.]|["\\\s]/.test(text)),
      (secret) => {
        const quoted = `"${secret}"`
        const attached = {
          'hw/all.csv': fleets.bareMetal.attached['hw/all.csv'].replaceAll(`\${BMC_PASSWORD}`, quoted),
        }
        const plan = planOf(fleets.bareMetal.text, attached)
        const written = JSON.stringify([eksAnywhereFiles(plan), eksAnywhereBundles(plan), filledIn(plan)])
        expect(written).not.toContain(secret)
        expect(JSON.stringify(plan)).not.toContain(secret)
        const harbor = `packages: [harbor], packageConfig: { harbor: { secretKey: ${JSON.stringify(secret)} } }`
        expect(() => planOf(fleets.vsphere.text.replace('packages: [cluster-autoscaler, metallb]', harbor))).toThrow(
          /^secretKey is written down here$/,
        )
      },
    ),
    { numRuns: 30, seed: 20261121 },
  )
})
