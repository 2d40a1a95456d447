// A drill on real engines, from the command line to the verdict, and one that is interrupted, at ten times the speed of life; drills of
// other fleets, and at true constants: test/fleets.engine.test.ts.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { inside, sumOfBounds } from '../../drill/envelope.ts'
import { until } from '../kube/until.ts'
import { clientsFor } from './clients.ts'
import { down } from './down.ts'
import { faultsInForce } from './faults/index.ts'
import { drilled, example, expectNamed, failedOf, skerry } from './testing/command.case.ts'
import type { Machine } from './testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine, processesOf } from './testing/machine.case.ts'

const minute = 60_000
describe('local-zone', () => {
  let here: Machine
  beforeEach(needs('the engines', () => hasEngines(controlPlaneEngines)))
  beforeAll(async () => {
    if (hasEngines(controlPlaneEngines) !== true) return
    here = machine('local-zone', example('local-zone'))
    const ran = await skerry(here, ['up', '-f', here.source, '--speed', '10'])
    expect(ran.code, ran.err).toBe(0)
  }, 6 * minute)
  afterAll(async () => {
    if (hasEngines(controlPlaneEngines) !== true) return
    await down({ folder: here.folder, say: () => undefined, now: () => new Date() })
    expect(processesOf(here.root)).toEqual([])
    here.remove()
  }, 2 * minute)

  test(
    'the copy in the zone is scaled to 0: users are led to the other one, and back',
    async () => {
      const result = drilled(
        await skerry(here, ['drill', 'scale-to-zero', '-f', here.source, '--on', 'local', '-o', 'json']),
      )
      expect(result.live).toMatchObject({ world: 'local', speed: 10 })
      const [first] = result.timeline.recoveries
      expect(first?.servedBy).toBe('oregon')
      expect(failedOf(result)).toEqual([])
      expectNamed(result)
      const [recovery] = result.recoveries
      expect(recovery?.twin?.runs).toBeGreaterThan(10)
      // what waits for nothing here is held up by a busy machine
      if (first?.seconds !== undefined) expect(inside(first.seconds, sumOfBounds(first.segments), 20)).toBe(true)
      const told = (subject: string, what: string) =>
        result.timeline.events.filter((event) => event.subject === subject && event.what === what)
      expect(told('copy/game-2048/los-angeles', 'ready').map(({ to }) => to)).toEqual(expect.arrayContaining([0, 3]))
      expect(told('copy/game-2048/los-angeles', 'endpoints').every(({ decidedBy }) => decidedBy === 'engine')).toBe(
        true,
      )
      expect(faultsInForce(here.folder)).toEqual([])
    },
    8 * minute,
  )

  test(
    'a drill that is interrupted gives back what it took, and says so',
    async () => {
      const ran = await skerry(here, ['drill', 'scale-to-zero', '-f', here.source, '--on', 'local'], (child) => {
        void until(
          'that the drill takes something away',
          async () => faultsInForce(here.folder).length > 0 || undefined,
          {
            seconds: 120,
          },
        ).then(() => child.kill('SIGINT'))
      })
      expect(ran.code, ran.err).toBe(130)
      expect(ran.err).toContain('what it took away is given back')
      expect(faultsInForce(here.folder)).toEqual([])
      const clients = clientsFor(here.folder, () => here.state().ports)
      const scale = await clients
        .of({ kind: 'cluster', name: 'eks-cluster' })
        .get<{ spec: { replicas: number } }>(
          '/apis/apps/v1/namespaces/game-2048-lz/deployments/deployment-2048-lz/scale',
        )
      clients.close()
      expect(scale?.spec.replicas).toBe(3)
    },
    5 * minute,
  )

  test('a drill that nobody declared, and every single loss, are refused', async () => {
    expect((await skerry(here, ['drill', 'nobody', '-f', here.source, '--on', 'local'])).code).toBe(2)
    expect((await skerry(here, ['drill', '-f', here.source, '--on', 'local'])).code).toBe(2)
  })
})
