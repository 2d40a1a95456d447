// What a drill may expect, one row each: the claim in words, and how a timeline answers it. Users are judged by what they got,
// control planes by what they believed; the two often differ, and a drill may claim either.

import { durationText, shareText } from '../model/duration.ts'
import type { Drill, Expectation, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Plan } from '../model/plan.ts'
import type { EventValue, Service, ServiceSpan, Timeline } from '../model/timeline.ts'
import type { Stretch } from '../timeline/history.ts'
import { histories, history, stretchesTogether, stretchesWhere, valueAt } from '../timeline/history.ts'
import { clusterSubject, copySubject, objectSubject, recordSubject } from '../timeline/subjects.ts'
import { ttlViolators } from '../timers/index.ts'
import { cameTrue, userHoldSeconds, windowOf, windowText } from './claim.ts'
import type { Outcome } from './result.ts'

export type ClaimKind =
  | 'servedBy'
  | 'answeredBy'
  | 'availability'
  | 'evictions'
  | 'nodes'
  | 'controlPlaneSays'
  | 'object'
  | 'replicas'

export interface Run {
  readonly fleet: Fleet
  readonly drill: Drill
  readonly timeline: Timeline
  /** As the plan says it, and so as the world began: where a federation's scheduler had the choice, what it chose. */
  readonly placement: Plan['placement']
}

type Story = Pick<Run, 'fleet' | 'drill'>

interface Kind {
  readonly claim: (expectation: Expectation, story: Story) => string
  readonly judge: (expectation: Expectation, run: Run) => Outcome
}

const kinds: Readonly<Record<ClaimKind, Kind>> = {
  servedBy: {
    claim: (it, run) => `${whose(it, run)} served by ${it.servedBy}${windowText(it)}`,
    judge: (it, run) =>
      ofEveryAudience(it, run, (audience) => {
        const spans =
          run.timeline.services.find((service) => service.app === it.app && service.audience === audience)?.spans ?? []
        const all = servesAll(run.drill, it.servedBy ?? '')
        return cameTrue(
          stretchesWhere(
            spans.map((span) => ({ from: span.from, to: span.to, value: all(span) })),
            (served) => served,
          ),
          windowOf(run.drill, it, run.timeline.length, userHoldSeconds),
          (at) => {
            const span = spans.findLast(({ from }) => from <= at)
            return `at that time ${servedText(span?.by ?? {}, span?.served ?? 0)}`
          },
        )
      }),
  },
  answeredBy: {
    claim: (it, run) => `the name of ${whose(it, run)} resolves to ${it.answeredBy}${windowText(it)}`,
    judge: (it, run) =>
      ofEveryAudience(it, run, (audience) => {
        const host = lookup(run.fleet).app(it.app)?.expose?.host ?? ''
        const answers = history(run.timeline, recordSubject(host, audience), 'answer')
        if (answers.length === 0) return { passed: false, seen: 'the name is never asked for in this run' }
        return cameTrue(
          stretchesWhere(answers, (value) => value === it.answeredBy),
          windowOf(run.drill, it, run.timeline.length),
          (at) => `the answer is ${valueAt(answers, at) ?? 'nothing'}`,
        )
      }),
  },
  availability: {
    claim: (it, run) =>
      `${whose(it, run)} answered ${it.availability?.sign ?? '>='} ${shareText(it.availability?.value ?? 1)} of the time`,
    judge: (it, run) =>
      ofEveryAudience(it, run, (audience) => {
        const service = run.timeline.services.find((one) => one.app === it.app && one.audience === audience)
        return service === undefined
          ? { passed: false, seen: 'nobody uses it in this run' }
          : available(it, service, run.timeline.length)
      }),
  },
  evictions: {
    claim: (it) =>
      `${it.evictions === 'none' ? 'no pod' : it.evictions === 'some' ? 'some pods' : `${it.evictions} pods`} evicted at ${it.site}${it.app === undefined ? '' : ` (${it.app})`}${windowText(it)}`,
    judge: (it, run) => {
      const window = windowOf(run.drill, it, run.timeline.length)
      const deleted = total(
        copiesAt(run, it).map((app) => history(run.timeline, copySubject(app, it.site ?? ''), 'deleted')),
        run.timeline.length,
      )
      const count = (at: number) => Number(valueAt(deleted, at) ?? 0)
      if (it.evictions === 'some')
        return cameTrue(
          stretchesWhere(deleted, (value) => value > 0),
          window,
          () => 'no pod is evicted',
        )
      const last = count(window.deadline)
      const wanted = it.evictions === 'none' ? 0 : it.evictions
      const first = stretchesWhere(deleted, (value) => value > 0)[0]
      return {
        passed: last === wanted,
        seen: last === 0 ? 'no pod is evicted' : `${last} evicted`,
        ...(first === undefined || last === 0 ? {} : { at: first.from }),
      }
    },
  },
  nodes: {
    claim: (it) =>
      `the control plane calls the nodes at ${it.site} ${it.nodes === 'ready' ? 'ready' : 'Unknown'}${windowText(it)}`,
    judge: (it, run) => {
      const ready = nodesOf(run, it.site)
      return cameTrue(
        nodesAre(ready, it.nodes === 'ready', run.timeline.length),
        windowOf(run.drill, it, run.timeline.length),
        (at) => nodesText(ready, at),
      )
    },
  },
  controlPlaneSays: {
    claim: (it) =>
      `the control plane says that ${it.site ?? it.cluster ?? 'it'} is ${it.controlPlaneSays}${windowText(it)}`,
    judge: (it, run) => {
      const window = windowOf(run.drill, it, run.timeline.length)
      if (it.site === undefined) {
        const up = history(run.timeline, clusterSubject(it.cluster ?? ''), 'controlPlane')
        const said = up.length === 0 ? always('up', run.timeline.length) : up
        return cameTrue(
          stretchesWhere(said, (value) => (value === 'up') === (it.controlPlaneSays === 'ready')),
          window,
          (at) => `it is ${valueAt(said, at)}`,
        )
      }
      const ready = nodesOf(run, it.site)
      return cameTrue(nodesAre(ready, it.controlPlaneSays === 'ready', run.timeline.length), window, (at) =>
        nodesText(ready, at),
      )
    },
  },
  object: {
    claim: (it) => `the deleted object of ${it.app} at ${it.site} is ${it.object}${windowText(it)}`,
    judge: (it, run) => {
      const objects = [...histories(run.timeline, objectSubject(it.app ?? '', it.site ?? '', ''), 'object').values()]
      const absent = stretchesWhere(
        total(
          objects.map((stretches) => stretches.map((one) => ({ ...one, value: one.value === 'absent' ? 1 : 0 }))),
          run.timeline.length,
        ),
        (count) => count > 0,
      )
      const asked = it.object === 'absent' ? absent : without(absent, run.timeline.length)
      return cameTrue(
        asked,
        windowOf(run.drill, it, run.timeline.length),
        () => `it is ${it.object === 'absent' ? 'present' : 'absent'}`,
      )
    },
  },
  replicas: {
    claim: (it) =>
      `${it.app} has ${it.replicas} ready ${it.replicas === 1 ? 'replica' : 'replicas'} at ${it.site}${windowText(it)}`,
    judge: (it, run) => {
      const ready = history(run.timeline, copySubject(it.app ?? '', it.site ?? ''), 'ready')
      // a copy whose pods never change is told of nowhere: it has what the plan gave it
      const declared = run.placement
        .filter((copy) => copy.app === it.app && copy.site === it.site)
        .reduce((sum, copy) => sum + copy.replicas, 0)
      const known = ready.length === 0 ? always(declared, run.timeline.length) : ready
      return cameTrue(
        stretchesWhere(known, (value) => value === it.replicas),
        windowOf(run.drill, it, run.timeline.length),
        (at) => `${valueAt(known, at)} ready`,
      )
    },
  },
}

export function claimKind(expectation: Expectation): ClaimKind {
  const kind = (Object.keys(kinds) as ClaimKind[]).find((key) => expectation[key] !== undefined)
  return kind ?? 'availability'
}

/** The expectation in a sentence. */
export const claimText = (expectation: Expectation, story: Story): string =>
  kinds[claimKind(expectation)].claim(expectation, story)

/** What one run says of it. */
export const judge = (expectation: Expectation, run: Run): Outcome =>
  kinds[claimKind(expectation)].judge(expectation, run)

/**
 * Whose users are meant. Those on a LAN never resolve the public name, so they count only when they are named, or when the site
 * on whose LAN they are is to serve.
 */
export function audiencesMeant(expectation: Expectation, fleet: Fleet): readonly string[] {
  if (expectation.audience !== undefined) return [expectation.audience]
  const find = lookup(fleet)
  return (find.app(expectation.app)?.audiences ?? []).filter((name) => {
    const at = find.audience(name)?.at
    return at === undefined || at === expectation.servedBy
  })
}

function whose(expectation: Expectation, { fleet }: Story): string {
  if (expectation.audience !== undefined) return `${expectation.app} for ${expectation.audience}`
  const all = lookup(fleet).app(expectation.app)?.audiences.length ?? 0
  const meant = audiencesMeant(expectation, fleet)
  return all > meant.length ? `${expectation.app} for ${meant.join(' and ')}` : `${expectation.app}`
}

/** The claim must hold for each audience; the one that it holds for least is told. */
function ofEveryAudience(expectation: Expectation, run: Run, judgeOne: (audience: string) => Outcome): Outcome {
  const outcomes = audiencesMeant(expectation, run.fleet).map((audience) => ({ audience, ...judgeOne(audience) }))
  const worst = [...outcomes].sort(
    (a, b) =>
      Number(a.passed) - Number(b.passed) ||
      (a.slack ?? Number.NEGATIVE_INFINITY) - (b.slack ?? Number.NEGATIVE_INFINITY),
  )[0]
  if (worst === undefined)
    return { passed: false, seen: 'nobody is meant: every audience of the app is on the LAN of a site' }
  const { audience, ...outcome } = worst
  return outcomes.length === 1 ? outcome : { ...outcome, seen: `${outcome.seen} (${audience})` }
}

/**
 * Everybody is answered, and by that site alone; but for users whose resolvers overstay the TTL, whom no failover by DNS moves in
 * time. Where a world cannot tell these apart, as many as are taken for granted are left out.
 */
function servesAll(drill: Drill, site: string): (span: ServiceSpan) => boolean {
  const least = 1 - (drill.assume?.ttlViolators ?? ttlViolators.share) - 1e-6
  return ({ by, keepers }) => (keepers === undefined ? (by[site] ?? 0) >= least : (keepers[site] ?? 0) >= 1 - 1e-6)
}

function available(expectation: Expectation, service: Service, length: number): Outcome {
  const { sign, value } = expectation.availability ?? { sign: '>=' as const, value: 1 }
  const { availability: share, lostSeconds } = service
  // a binary fraction just under 100 % is 100 %
  const near = Math.abs(share - value) < 1e-9
  const passed = {
    '>=': near || share > value,
    '>': !near && share > value,
    '<=': near || share < value,
    '<': !near && share < value,
    '=': near,
  }[sign]
  return {
    passed,
    seen: `${shareText(share)}, ${Number(lostSeconds.toFixed(1))} s lost of ${durationText(length)}`,
    slack: sign.startsWith('<') ? value - share : share - value,
  }
}

function copiesAt(run: Run, { app, site }: Expectation): readonly string[] {
  if (app !== undefined) return [app]
  const here = lookup(run.fleet).placementsAt(site ?? '')
  const federated = run.fleet.apps.filter((one) =>
    one.placement.some((placement) => placement.federation !== undefined),
  )
  return [...new Set([...here.map((copy) => copy.app.name), ...federated.map((one) => one.name)])]
}

/** What is said of each node of the site; of one that no event speaks of, that it is ready all the time. */
function nodesOf({ fleet, timeline }: Run, site: string | undefined): readonly (readonly Stretch[])[] {
  const said = [...histories(timeline, `node/${site}/`, 'ready').values()]
  const there = lookup(fleet)
    .poolsOf(site ?? '')
    .reduce((sum, pool) => sum + pool.replicas, 0)
  return [
    ...said,
    ...Array.from({ length: Math.max(said.length === 0 ? 1 : 0, there - said.length) }, () =>
      always('True', timeline.length),
    ),
  ]
}

function nodesAre(ready: readonly (readonly Stretch[])[], wanted: boolean, length: number): readonly Stretch<true>[] {
  return stretchesTogether(
    ready.map((stretches) => stretchesWhere(stretches, (value) => (wanted ? isReady(value) : value === 'Unknown'))),
    length,
  )
}

const isReady = (value: EventValue): boolean => value === 'True' || value === true

function nodesText(ready: readonly (readonly Stretch[])[], at: number): string {
  const unknown = ready.filter((stretches) => valueAt(stretches, at) === 'Unknown').length
  return `${unknown === 0 ? 'none' : unknown} of ${ready.length} nodes ${unknown === 1 ? 'is' : 'are'} Unknown`
}

function servedText(by: Readonly<Record<string, number>>, served: number): string {
  const parts = Object.entries(by)
    .filter(([, share]) => share > 0)
    .map(([site, share]) => `${site} serves ${shareText(share)}`)
  return parts.length === 0
    ? 'nobody is served'
    : `${parts.join(', ')}${served < 1 - 1e-9 ? `, ${shareText(1 - served)} get nothing` : ''}`
}

const always = <Value>(value: Value, length: number): readonly Stretch<Value>[] => [{ from: 0, to: length, value }]

/** The sum of several counts over time. */
function total(counts: readonly (readonly Stretch[])[], length: number): readonly Stretch<number>[] {
  const times = [...new Set([0, ...counts.flat().map((stretch) => stretch.from)])].sort((a, b) => a - b)
  return times.map((from, index) => ({
    from,
    to: times[index + 1] ?? length,
    value: counts.reduce((sum, stretches) => sum + Number(valueAt(stretches, from) ?? 0), 0),
  }))
}

function without(stretches: readonly Stretch<true>[], length: number): readonly Stretch<true>[] {
  const rest: Stretch<true>[] = []
  let from = 0
  for (const stretch of stretches) {
    if (stretch.from > from) rest.push({ from, to: stretch.from, value: true })
    from = stretch.to
  }
  if (from < length) rest.push({ from, to: length, value: true })
  return rest
}
