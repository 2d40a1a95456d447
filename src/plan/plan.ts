// The plan: from a fleet, and what is there already, to steps in an order in which they can be carried out, what undoes them, and where
// every copy of an app runs. A plan against nothing, an old plan, an old fleet or the live state differ only in `observed`.

import { z } from 'zod'
import type { Fleet } from '../model/fleet.ts'
import type { Change, Observed, Plan, PlannedStep, Replacement, Step } from '../model/plan.ts'
import { counted, listed } from '../model/words.ts'
import { backwardOf } from './backward.ts'
import type { Difference } from './diff.ts'
import { differences, waitsBackward } from './diff.ts'
import type { Draft } from './draft.ts'
import { intentOf } from './draft.ts'
import type { Ground } from './ground.ts'
import { groundOf } from './ground.ts'
import { inOrder } from './order.ts'
import { placementOf } from './placement.ts'
import { forcedBy, withReplacements } from './replacement.ts'
import { addonSteps, identitySteps } from './steps/addons.ts'
import { appSteps } from './steps/apps.ts'
import { clusterSteps } from './steps/clusters.ts'
import { federationSteps } from './steps/federations.ts'
import { gitopsSteps, reconciledSteps } from './steps/gitops.ts'
import { networkSteps } from './steps/networks.ts'
import { groundworkSteps } from './steps/on-premises.ts'
import { poolSteps } from './steps/pools.ts'
import { routeSteps } from './steps/routes.ts'
import { zoneSteps } from './steps/zones.ts'

export function plan(fleet: Fleet, observed: Observed = { steps: [] }): Plan {
  const before = new Map(observed.steps.map((step) => [step.id, step]))
  const ground = groundOf(fleet, (network) => rangesOf(before.get(`network/${network}`)))
  const steps = inOrder(fleet, drafts(ground))
  return {
    version: 1,
    fleet,
    steps: withRemovals(fleet, withReplacements(steps.map((step) => against(step, before.get(step.id)))), observed),
    backward: backwardOf(fleet, steps),
    placement: placementOf(ground),
  }
}

/** What would be there once the plan is carried out. */
export function observedFrom(plan: Plan): Observed {
  const kept = plan.steps.filter(({ change }) => change !== 'remove')
  const ids = new Set(kept.map(({ id }) => id))
  return {
    steps: kept.map(({ change: _, differences: __, replacement: ___, ...step }) =>
      step.needs.every((need) => ids.has(need)) ? step : { ...step, needs: step.needs.filter((need) => ids.has(need)) },
    ),
  }
}

/** In the order in which a person would tell it; what waits for what is in their needs. */
function drafts(ground: Ground): readonly Draft[] {
  // clusters that make others come with all that they are made of before the first that they make
  const made = [clusterSteps(ground), poolSteps(ground), identitySteps(ground), gitopsSteps(ground)]
  const isMaker = ({ subject }: Draft) => ground.manages(subject.cluster)
  return [
    ...zoneSteps(ground),
    ...networkSteps(ground),
    ...groundworkSteps(ground),
    ...made.flatMap((drafts) => drafts.filter(isMaker)),
    ...made.flatMap((drafts) => drafts.filter((draft) => !isMaker(draft))),
    ...addonSteps(ground),
    ...federationSteps(ground),
    ...appSteps(ground),
    ...routeSteps(ground),
    ...reconciledSteps(ground),
  ]
}

function against(draft: Draft, before: Step | undefined): PlannedStep {
  if (before === undefined) return planned(draft, draft.existing ? 'keep' : 'create', [])
  const found = differences(before, draft)
  // what is somebody else's is looked at, whatever was declared of it before
  if (found.length === 0 || draft.existing) return planned(draft, 'keep', found)
  return planned(draft, forcedBy(draft, found).length > 0 ? 'replace' : 'change', found)
}

/** Field by field: a fleet of ten thousand sites has a hundred thousand steps. */
function planned(
  { id, kind, title, subject, needs, intent, inverse, existing, expected }: Step,
  change: Change,
  found: readonly Difference[],
  replacement?: Replacement,
): PlannedStep {
  return {
    id,
    kind,
    title,
    subject,
    needs,
    intent,
    inverse,
    existing,
    ...(expected !== undefined && { expected }),
    change,
    differences: found,
    ...(replacement !== undefined && { replacement }),
  }
}

/** A plan comes from a file that anybody may have edited. */
const range = z.cidrv4()

/** The ranges that were handed out before. */
function rangesOf(step: Step | undefined): ReadonlyMap<string, string> {
  const subnets = step?.intent.subnets
  const ranges = new Map<string, string>()
  if (!Array.isArray(subnets)) return ranges
  for (const subnet of subnets)
    if (typeof subnet?.name === 'string' && range.safeParse(subnet.cidr).success)
      ranges.set(subnet.name, String(subnet.cidr))
  return ranges
}

/**
 * What is there and no longer declared is taken away, by the inverse of its step: after what leaned on it is gone or leads elsewhere.
 * The change of a network only adds and alters, before all that stands in it; the subnets that it gives up are a removal of their own,
 * after all that stood in them.
 */
function withRemovals(fleet: Fleet, steps: readonly PlannedStep[], observed: Observed): readonly PlannedStep[] {
  if (observed.steps.length === 0) return steps
  const wanted = new Map(steps.map((step) => [step.id, step]))
  const gone = (step: Step) =>
    !wanted.has(step.id) && !step.existing && step.inverse.kind !== 'keep' && step.inverse.kind !== 'zone.keep'
  const alters = (change: Change | undefined) => change === 'change' || change === 'replace'
  const changes = (step: Step) => gone(step) || alters(wanted.get(step.id)?.change)
  const shrunk = steps.filter(
    (step) => step.kind === 'network' && alters(step.change) && step.differences.some(givesUp),
  )
  if (shrunk.length === 0 && !observed.steps.some(gone)) return steps

  const { origin } = fleet
  const there = new Map(observed.steps.map((step) => [step.id, step]))
  const old = inOrder(
    fleet,
    observed.steps.map((step) => ({ ...step, origin, needs: step.needs.filter((need) => there.has(need)) })),
  )
  // what is kept stands between: what leans on it does not lean on what it leaned on
  const waits = waitsBackward(
    old.map((step) => (changes(step) || !wanted.has(step.id) ? step : { ...step, needs: [] })),
    changes,
  )
  const removals = old
    .filter(gone)
    .reverse()
    .map((step) => planned({ ...step, title: step.inverse.title, needs: waits(step.id) }, 'remove', []))
  const givenUp = shrunk.flatMap((step) => subnetsGivenUp(step, waits(step.id)))
  const all = [...steps, ...removals, ...givenUp].map((step) => ({ ...step, origin }))
  return inOrder(fleet, all).map((step) => planned(step, step.change, step.differences, step.replacement))
}

const subnet = /^subnets\.([^.]+)$/
const givesUp = ({ path, after }: Difference): boolean => after === undefined && subnet.test(path)

function subnetsGivenUp(step: PlannedStep, leaning: readonly string[]): readonly PlannedStep[] {
  const subnets = step.differences
    .filter(givesUp)
    .flatMap(({ before }) => (typeof before === 'object' && before !== null && !('existing' in before) ? [before] : []))
  if (subnets.length === 0) return []
  const title = `Delete ${counted(subnets.length, 'subnet')} of the network ${step.subject.network}: ${listed(subnets.map((it) => ('name' in it ? String(it.name) : '')))}`
  const { id, kind, subject } = step
  return [
    planned(
      {
        id: `${id}/given-up`,
        kind,
        title,
        subject,
        needs: [id, ...leaning],
        intent: intentOf({ subnets }),
        inverse: { kind: 'network.delete', title },
        existing: false,
      },
      'remove',
      [],
    ),
  ]
}
