// By what real means each fault of the examples is brought about, and which have none.

import { expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { Fault } from '../../../model/fleet.ts'
import { rulesOf } from './cuts.ts'
import { meansOf, protectedSites, riskOf } from './means.ts'

const origin = { file: 0, pointer: '' } as unknown as Fault['origin']
const fault = (fields: Partial<Fault>): Fault => ({ at: 60, for: 600, origin, ...fields }) as Fault

test('a copy is scaled in its own cluster, by the name of its Deployment [seed 41]', async () => {
  const { plan } = await exampleFleet('local-zone')
  const found = meansOf(plan, fault({ app: 'game-2048', site: 'los-angeles', scaleTo: 0 }))
  expect(found).toMatchObject({
    kind: 'means',
    means: {
      kind: 'scale',
      cluster: 'eks-cluster',
      namespace: 'game-2048-lz',
      workload: 'deployment-2048-lz',
      replicas: 0,
    },
  })
})

test('the health check of a site asks a dead port [seed 133]', async () => {
  const { plan } = await exampleFleet('recovery')
  const found = meansOf(plan, fault({ app: 'game-2048', site: 'outposts', checkPort: 801 }))
  expect(found).toMatchObject({ kind: 'means', means: { kind: 'checkPort', host: 'www.example.com', port: 801 } })
})

test('a check that follows an alarm asks no port, and that is said', async () => {
  const { plan } = await exampleFleet('wavelength')
  const found = meansOf(plan, fault({ app: 'frontend', site: 'boston', checkPort: 801 }))
  expect(found.kind).toBe('notHere')
})

test('a zone without power is cut off, which is said to be a stand-in', async () => {
  const { plan } = await exampleFleet('local-zone')
  const found = meansOf(plan, fault({ site: 'los-angeles', lose: 'power' }))
  expect(found).toMatchObject({ kind: 'means', means: { kind: 'cut', cut: 'everything', sites: ['los-angeles'] } })
  if (found.kind !== 'means' || found.means.kind !== 'cut') throw new Error('no cut')
  expect(found.standIn).toMatch(/cut off instead of switched off/)
  expect(found.means.subnets.length).toBeGreaterThan(1)
  expect(protectedSites(plan, [found.means])).toEqual(
    plan.fleet.sites.filter(({ name, protect }) => name === 'los-angeles' && protect).map(({ name }) => name),
  )
})

test('what AWS runs itself, what is somebody else’s and what cannot be given back has no means', async () => {
  const { plan } = await exampleFleet('local-zone')
  const none = [
    fault({ cluster: 'eks-cluster', lose: 'controlPlane' }),
    fault({ lose: 'git' }),
    fault({ site: 'los-angeles', slow: 2 }),
    fault({ app: 'game-2048', release: 'broken' }),
    fault({ app: 'game-2048', site: 'los-angeles', lose: 'app' }),
    fault({ app: 'game-2048', site: 'los-angeles', delete: 'namespace' }),
    fault({ app: 'game-2048', site: 'nowhere', scaleTo: 0 }),
  ]
  for (const one of none) {
    const found = meansOf(plan, one)
    expect(found.kind).toBe('notHere')
    expect(found.kind === 'notHere' ? found.why.length : 0).toBeGreaterThan(20)
  }
})

test('a plant has machines of its own: it takes a hand on the plug', async () => {
  const { plan } = await exampleFleet('federation')
  const found = meansOf(plan, fault({ site: 'plant', lose: 'uplink' }))
  expect(found).toMatchObject({ kind: 'notHere', why: expect.stringMatching(/a hand on the plug/) })
})

test('every fault of the examples on AWS has means or a reason, and every means its risk and cost', async () => {
  for (const example of ['federation', 'local-zone', 'recovery', 'wavelength'] as const) {
    const { plan, fleet } = await exampleFleet(example)
    for (const one of fleet.drills.flatMap(({ faults }) => faults)) {
      const found = meansOf(plan, one)
      if (found.kind === 'notHere') expect(found.why).not.toBe('')
      else expect(Object.values(riskOf(found.means)).every((text) => text !== '')).toBe(true)
    }
  }
})

test('a cut lets through first what shall go on, and the deny rules come after', () => {
  const at = { inVpc: ['10.10.0.0/16'], own: ['10.10.8.0/24'] }
  const ingress = (cut: 'everything' | 'users' | 'controlPlane') =>
    rulesOf(cut, at)
      .filter(({ egress }) => !egress)
      .map(({ number, action, cidr }) => `${number} ${action} ${cidr}`)
  expect(ingress('everything')).toEqual(['1 deny 0.0.0.0/0'])
  expect(ingress('users')).toEqual(['1 allow 10.10.0.0/16', '2 deny 0.0.0.0/0'])
  expect(ingress('controlPlane')).toEqual(['1 allow 10.10.8.0/24', '2 deny 10.10.0.0/16'])
  expect(rulesOf('users', at).filter(({ egress }) => egress)).toHaveLength(2)
})
