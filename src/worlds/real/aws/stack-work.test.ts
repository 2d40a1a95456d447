import { expect, test } from 'vitest'
import { everyShape } from '../../../../test/cloud/every-shape.ts'
import { plan as planOf } from '../../../plan/index.ts'
import { protectedWith } from './stack-work.ts'

test('the load balancer before a protected site, and the way into the network of a protected cluster, are guarded by their names', () => {
  const plan = planOf(everyShape())
  expect(protectedWith(plan, 'shapes-front-shop-los-angeles')).toEqual(['los-angeles'])
  expect(protectedWith(plan, 'shapes-front-stream-oregon')).toEqual(['oregon'])
  expect(protectedWith(plan, 'shapes-host-main')).toEqual(['main'])
  const { fleet } = plan
  const bold = planOf({ ...fleet, sites: fleet.sites.map((site) => ({ ...site, protect: false })) })
  expect(protectedWith(bold, 'shapes-front-shop-los-angeles')).toEqual([])
  expect(protectedWith(bold, 'shapes-host-main')).toEqual([])
})
