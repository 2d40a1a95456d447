// The suite that every world must pass. A world's own test file calls it with a way to make that world on a fleet of its own.

import { expect, test } from 'vitest'
import type { Fault } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import type { World } from './world.ts'

export interface WorldCase {
  readonly make: () => Promise<World>
  readonly plan: Plan
  /** A fault that the world can bring about within the first minute, with an end. */
  readonly fault: Fault & { readonly for: number }
  /** The subject whose events the fault and its end are. */
  readonly subject: string
}

export function worldCase(name: string, { make, plan, fault, subject }: WorldCase): void {
  test(`${name}: every step of the plan is answered, and what is not done says why`, async () => {
    const world = await make()
    for (const step of plan.steps) {
      const answer = await world.apply(step)
      if (answer.kind === 'standIn') expect(answer.what).not.toBe('')
      if (answer.kind === 'notHere') expect(answer.why).not.toBe('')
    }
  })

  test(`${name}: what was carried out is observed`, async () => {
    const world = await make()
    const carriedOut: string[] = []
    for (const step of plan.steps) if ((await world.apply(step)).kind === 'done') carriedOut.push(step.id)
    const { steps } = await world.observe()
    expect(steps.map((step) => step.id)).toEqual(expect.arrayContaining(carriedOut))
  })

  test(`${name}: a fault happens at its time, and ends`, async () => {
    const world = await make()
    expect(await world.inject(fault)).toEqual({ kind: 'done' })
    await world.until(fault.at + fault.for + 1)
    const about = (await world.events()).filter((event) => event.subject === subject && event.cause === undefined)
    expect(about.map((event) => event.at)).toEqual([fault.at, fault.at + fault.for])
  })

  test(`${name}: events come in order of time, each after its cause`, async () => {
    const world = await make()
    await world.inject(fault)
    await world.until(fault.at + fault.for + 120)
    const events = await world.events()
    expect(events.length).toBeGreaterThan(2)
    events.forEach((event, index) => {
      expect(event.id).toBe(index)
      expect(event.at).toBeGreaterThanOrEqual(events[index - 1]?.at ?? 0)
      if (event.cause !== undefined) expect(event.cause).toBeLessThan(event.id)
    })
  })

  test(`${name}: what has happened stays as it was told`, async () => {
    const world = await make()
    await world.inject(fault)
    await world.until(fault.at + 1)
    const before = structuredClone(await world.events())
    await world.until(fault.at + fault.for + 60)
    expect((await world.events()).slice(0, before.length)).toEqual(before)
  })
}
