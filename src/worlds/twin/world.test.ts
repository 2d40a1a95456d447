import { expect, test } from 'vitest'
import { siteSubject } from '../../timeline/subjects.ts'
import { worldCase } from '../world.case.ts'
import { golden } from './testing/fleets.case.ts'
import { drillOf } from './testing/plans.case.ts'
import { twinWorld } from './world.ts'

const plan = golden({ faults: '[{ at: 20s, site: outpost, lose: power, for: 5m }]' })
const drill = { ...drillOf(plan), faults: [] }
const [fault] = drillOf(plan).faults
if (fault === undefined) throw new Error('the drill has a fault')

worldCase('twin', {
  make: async () => twinWorld(plan, drill, 'a'),
  plan,
  fault: { ...fault, for: 300 },
  subject: siteSubject('outpost'),
})

test('twin: a step that is not of its plan is answered with a reason', async () => {
  const world = twinWorld(plan, drill, 'a')
  const answer = await world.apply({
    id: 'pool.join/elsewhere/x',
    kind: 'pool.join',
    title: '',
    subject: {},
    needs: [],
    intent: {},
    inverse: { kind: 'pool.drain', title: '' },
    existing: false,
  })
  expect(answer).toMatchObject({ kind: 'notHere' })
})
