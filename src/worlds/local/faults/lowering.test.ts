// What the faults of all drills in examples/ say and take away, held against the twin, and as it is carried out on engines.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { plan, readFleet } from '../../../index.ts'
import type { Drill, Fault } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import type { TimelineEvent } from '../../../model/timeline.ts'
import { paceOf } from '../../../timers/pace.ts'
import { rehearse } from '../../twin/simulate.ts'
import { portsWanted } from '../engines-of.ts'
import { layoutOf } from '../layout.ts'
import type { Bad } from './bad.ts'
import { badOf } from './bad.ts'
import { groundOf } from './ground.ts'
import { lowered, loweredOn } from './lowering.ts'
import type { Happening } from './port.ts'
import { voice } from './said.ts'
import { truthOf } from './truth.ts'

const examples = fileURLToPath(new URL('../../../../examples', import.meta.url))

const plans = new Map<string, Plan>()
async function planOf(example: string): Promise<Plan> {
  const known = plans.get(example) ?? plan(await readFleet([`${examples}/${example}`]))
  plans.set(example, known)
  return known
}

/** The clusters that a fault may touch, so that no fleet of thousands is laid out whole. */
const running = (of: Plan): ReadonlySet<string> =>
  new Set(Object.keys(portsWanted(layoutOf(of, of.fleet.clusters.length > 20 ? ['hq-east', 'store-0417'] : undefined))))

const said = ({ subject, what, from, to, text, site, app }: Happening | TimelineEvent): object => ({
  ...{ subject, what, from, to, text },
  ...(site !== undefined && { site }),
  ...(app !== undefined && { app }),
})

/** What beginning the fault says here, with what follows from it at once. */
function sayings(of: Plan, drill: Drill, fault: Fault): readonly object[] {
  const told: Happening[] = []
  const spoken = voice((happening) => told.push(happening))
  const { emit } = spoken
  const ground = groundOf(of, drill)
  const truth = truthOf({
    ground,
    running: running(of),
    pace: paceOf(1),
    voice: spoken,
    later: () => () => undefined,
    startControlPlane: () => undefined,
    startKarmada: () => undefined,
    changed: () => undefined,
  })
  const { says, taken, holdUpSeconds } = loweredOn(ground, fault)
  const root = emit({ ...says, decidedBy: 'standIn' })
  if (holdUpSeconds === undefined)
    for (const one of taken)
      truth.take(fault, one.outages, one.says === undefined ? root : emit({ ...one.says, decidedBy: 'standIn' }))
  return told.map(said)
}

describe.each(readdirSync(examples).sort())('%s', (example) => {
  test('each fault says what the twin says, and what goes along with it, in the same order', async () => {
    const of = await planOf(example)
    for (const drill of of.fleet.drills)
      for (const fault of drill.faults) {
        const alone = rehearse(of, { ...drill, faults: [fault] }, 'seed', { judges: [] })
        alone.until(fault.at)
        const twin = alone.world.log.events.filter(({ at }) => at === fault.at)
        const mine = sayings(of, drill, fault)
        // the twin goes on from there, with what notices it at the same moment
        const known = twin.filter(
          (event) =>
            event.cause === undefined ||
            mine.some((one) => (one as Happening).subject === event.subject && (one as Happening).what === event.what),
        )
        expect(known.map(said), `${drill.name} at ${fault.at}`).toEqual(mine)
      }
  })

  test('each fault takes these hops, engines, nodes and pods', async () => {
    const of = await planOf(example)
    const there = running(of)
    const all = Object.fromEntries(
      of.fleet.drills.map((drill) => [
        drill.name,
        drill.faults.map((fault) => {
          const ground = groundOf(of, drill)
          const { taken, act, holdUpSeconds } = lowered(of, layoutOf(of, []), fault)
          const outages = taken.flatMap((one) => one.outages)
          return lines(badOf(ground, there, outages), { act, holdUpSeconds })
        }),
      ]),
    )
    await expect(`${JSON.stringify(all, null, 1)}\n`).toMatchFileSnapshot(`golden/${example}.golden.json`)
  })
})

function lines({ conditions, engines, nodes, clusters, federations, crashed, releases }: Bad, more: object): object {
  const full = {
    hops: Object.entries(conditions.hops).map(([hop, { cut }]) => `${hop} ${cut}`),
    late: Object.entries(conditions.late).map(([copy, seconds]) => `${copy} ${seconds} s`),
    checkPorts: Object.entries(conditions.checkPorts).map(([copy, port]) => `${copy} ${port}`),
    engines: [...engines].map(([id, how]) => `${id} ${how}`),
    nodes: [...nodes],
    down: [...clusters, ...federations],
    crashed: [...crashed],
    releases: [...releases].map(([app, version]) => `${app} ${version}`),
  }
  return { ...Object.fromEntries(Object.entries(full).filter(([, list]) => list.length > 0)), ...more }
}
