import { expect, test } from 'vitest'
import { toldByController } from './controller-log.ts'

const line = (text: string): string => `I1121 17:48:05.123456   12345 node_lifecycle_controller.go:1096] ${text}`

test('the state of a zone is read from the log of its controller, to the microsecond', () => {
  const told = toldByController(
    'west',
    line(
      '"Controller detected that zone is now in new state" zone="us-west-2:\\x00:us-west-2-lax-1a" newState="FullDisruption"',
    ),
    2026,
  )
  expect(told).toMatchObject({
    ...{ subject: 'clusterZone/west/us-west-2-lax-1a', what: 'disruption', to: 'full', decidedBy: 'engine' },
    atMs: new Date(2026, 10, 21, 17, 48, 5, 123).getTime() + 0.456,
  })
})

test('a cluster that sees no node, and one that sees some again', () => {
  const enter = '"Controller detected that all Nodes are not-Ready. Entering master disruption mode"'
  const leave = '"Controller detected that some Nodes are Ready. Exiting master disruption mode"'
  expect(toldByController('west', line(enter), 2026)).toMatchObject({
    subject: 'cluster/west',
    from: 'none',
    to: 'master',
  })
  expect(toldByController('west', line(leave), 2026)).toMatchObject({
    subject: 'cluster/west',
    from: 'master',
    to: 'none',
  })
})

test('what it says besides is not told', () => {
  expect(toldByController('west', line('"Node is unresponsive" node="x"'), 2026)).toBeUndefined()
  expect(toldByController('west', 'E1121 17:48:05.123456 something', 2026)).toBeUndefined()
  expect(
    toldByController(
      'west',
      line('"Controller detected that zone is now in new state" zone="z" newState="Initial"'),
      2026,
    ),
  ).toBeUndefined()
})
