// The twin behind the World port. It rehearses one plan, taken as carried out, so applying its steps makes nothing that was not
// there; the answers say which of them the rehearsal knows, and which it stands in for.

import type { Drill, Fault } from '../../model/fleet.ts'
import type { Plan, StepKind } from '../../model/plan.ts'
import type { Answer, DrilledWorld, World } from '../world.ts'
import { done, notHere, standIn } from '../world.ts'
import { amiss } from './judges/liveness.ts'
import type { Rehearsal } from './simulate.ts'
import { rehearse } from './simulate.ts'

const answers = {
  'zone.optIn': standIn('an account is taken as opted in'),
  network: standIn('ways are open or cut, and have no addresses'),
  'cluster.create': done,
  'pool.join': done,
  addon: standIn('add-ons are part of the control loops, and never fail by themselves'),
  'federation.start': done,
  'member.join': done,
  'gitops.start': done,
  'app.place': done,
  'route.point': done,
  verify: done,
} satisfies Record<StepKind, Answer>

export const twinWorld = (plan: Plan, drill: Drill, seed: string): World => worldOf(plan, rehearse(plan, drill, seed))

/** The same for a drill that is run through the port: its faults are still to come. */
export function drilledTwin(plan: Plan, drill: Drill, seed: string): DrilledWorld {
  const faults: Fault[] = []
  const rehearsal = rehearse(plan, { ...drill, faults }, seed)
  const world = worldOf(plan, rehearsal)
  return {
    ...world,
    inject: (fault) => {
      faults.push(fault)
      return world.inject(fault)
    },
    unrest: async () => amiss(rehearsal.world),
    begin: async () => undefined,
    heal: async () => undefined,
    timeline: async (length) => rehearsal.timeline(length),
  }
}

function worldOf(plan: Plan, rehearsal: Rehearsal): World {
  const known = new Set(plan.steps.map((step) => step.id))
  return {
    name: 'twin',
    observe: async () => ({ steps: plan.steps }),
    apply: async (step) =>
      known.has(step.id) ? answers[step.kind] : notHere('the twin rehearses one plan, and this step is not of it'),
    undo: async () => notHere('the twin rehearses a plan that is carried out; nothing of it is undone'),
    inject: async (fault) => {
      rehearsal.inject(fault)
      return done
    },
    until: async (seconds) => rehearsal.until(seconds),
    events: async () => rehearsal.world.log.events,
  }
}
