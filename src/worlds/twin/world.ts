// The twin behind the World port. It rehearses one plan, taken as carried out, so applying its steps makes nothing that was not
// there; the answers say which of them the rehearsal knows, and which it stands in for.

import type { Drill } from '../../model/fleet.ts'
import type { Plan, StepKind } from '../../model/plan.ts'
import type { Answer, World } from '../world.ts'
import { done, notHere, standIn } from '../world.ts'
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

export function twinWorld(plan: Plan, drill: Drill, seed: string): World {
  const rehearsal = rehearse(plan, drill, seed)
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
