import { expect, test } from 'vitest'
import { federated } from '../worlds/twin/testing/federation.case.ts'
import { gatesOf } from './gates.ts'
import { moved } from './moves.ts'
import { placed } from './placed.ts'
import { survivalOf } from './survival.ts'

const fleetOf = (options: { placement?: string; failover?: string }) =>
  federated({ faults: '[{ at: 1m, lose: registry }]', ...options }).fleet
const region = [{ region: 'eu-west-1', lose: 'everything' } as const]

test('a federation’s replicas are copies at the sites of its members', () => {
  const fleet = fleetOf({})
  const [app] = fleet.apps
  if (app === undefined) throw new Error('no app')
  expect(placed(fleet, app).placement.map(({ site, replicas }) => [site, replicas])).toEqual([
    ['ireland', 4],
    ['plant', 2],
  ])
  expect(survivalOf(fleet).find(({ loss }) => loss === 'region/eu-west-1')).toMatchObject({
    copiesLeft: 1,
    replicasLeft: 6,
  })
})

test('a lost member is made good elsewhere, where all four switches are on and it may leave', () => {
  const after = (options: { placement?: string; failover?: string }) => {
    const fleet = fleetOf(options)
    const [app] = fleet.apps
    return app === undefined ? undefined : moved(fleet, app, region)
  }
  expect(after({})).toEqual({ copies: 1, replicas: 6 })
  expect(after({ failover: '{ after: 0s, taintPolicy: false }' })).toBeUndefined()
  // it waits for the lost member, and for ten minutes at most
  expect(after({ failover: '{ after: 0s, purge: directly }' })).toEqual({ copies: 1, replicas: 6 })
  expect(after({ failover: '' })).toBeUndefined()
  expect(after({ placement: 'replicas: 2, tolerateLoss: forever' })).toBeUndefined()
  expect(after({ placement: 'replicas: 2, members: { clusters: [alpha] }' })).toBeUndefined()
})

test('the gate of a federation says when what a lost member held is ready elsewhere, or that nothing moves', () => {
  const gate = (options: { placement?: string; failover?: string }) => {
    const fleet = fleetOf(options)
    const [app] = fleet.apps
    return app && gatesOf(fleet, app).find(({ title }) => title === 'copies by a federation')
  }
  expect(gate({})).toMatchObject({
    state: 'on',
    text: expect.stringMatching(/is lost.* is ready at .* after .* to .* s/),
  })
  expect(gate({ failover: '' })).toMatchObject({
    state: 'off',
    text: 'the scheduler of edge decides which members hold them; no single loss makes it move them',
  })
})

test('nodes that are gone are nothing to a Karmada that asks the API of the member', () => {
  const fleet = fleetOf({})
  const [app] = fleet.apps
  if (app === undefined) throw new Error('no app')
  expect(moved(fleet, app, [{ site: 'ireland', lose: 'power' }])).toBeUndefined()
})
