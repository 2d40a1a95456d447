// What is asked before a drill on real places.
import { expect, test } from 'vitest'
import { exampleFleet } from '../../test/example.case.ts'
import { meansOf, riskOf } from '../worlds/real/drill/means.ts'
import { drillQuestion } from './real-drill-text.ts'

test('it says when and for how long, what is done instead, what cannot be done, and where it is written down', async () => {
  const { fleet, plan } = await exampleFleet('federation')
  const drill = fleet.drills.find(({ name }) => name === 'lose-host')
  if (drill === undefined) throw new Error('no drill')
  const all = drill.faults.map((fault) => ({ fault, means: meansOf(plan, fault) }))
  const asked = { fleet: fleet.name, drill: drill.name, seconds: 1_800, all, riskOf }
  const text = drillQuestion({ ...asked, journal: { path: '/state/drill.json', shared: undefined } })
  expect(text.split('\n').slice(0, 4)).toEqual([
    'The drill lose-host breaks federation where its users are, for 30m:',
    '  after 1m, until its end: parent is cut off from everything (3 subnets)',
    expect.stringMatching(/^ {4}instead: parent is cut off; what AWS itself runs in us-east-2 goes on/),
    '    risk: all that stands in these subnets is cut off, also what is not of this fleet',
  ])
  expect(text).toMatch(/ {2}left out: AWS runs the control plane of a cluster/)
  expect(text).toMatch(/written down in \/state\/drill.json; where SKERRY_LEDGER names a bucket/)
  expect(
    drillQuestion({ ...asked, journal: { path: '/state/drill.json', shared: 's3://team/federation/drill.json' } }),
  ).toMatch(/written down in s3:\/\/team\/federation\/drill.json: any machine with that ledger/)
})
