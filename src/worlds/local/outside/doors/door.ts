// One copy of an app behind its two doors: who is sent to by each, what a request finds, and what is told of it.

import { copySubject, doorSubject } from '../../../../timeline/subjects.ts'
import { loadBalancerMade } from '../../../../timers/site.ts'
import { copyKey, powerOf, serviceLinkOf, wayOver } from '../conditions.ts'
import { checkPortHop } from '../dns/checkers.ts'
import type { Surroundings } from '../part.ts'
import type { Balancer, Found, Target } from './balancer.ts'
import { balancer } from './balancer.ts'
import type { DoorConfig, TargetsAnswer } from './config.ts'
import { registrationsOf, targetsPath } from './config.ts'
import { desiredTargets, endpointsOf } from './endpoints.ts'
import type { Decision, Front } from './front.ts'
import { front } from './front.ts'
import { lookupsOf } from './lookups.ts'
import type { Timing } from './timing.ts'
import { between } from './timing.ts'
import type { Body, Truth } from './truth.ts'
import type { View } from './view.ts'

export interface DoorOf {
  readonly config: DoorConfig
  readonly truth: Truth
  /** As its clients at a site know it. */
  readonly viewOf: (site: string) => View | undefined
  readonly surroundings: Surroundings
  readonly timing: Timing
}

export interface Door {
  /** Names are pointed at the load balancer that there is. */
  pointed(): void
  /** What somebody knows, or what is bad, changed. */
  review(): void
  state(): DoorState
  close(): Promise<void>
}

export interface DoorState {
  readonly app: string
  readonly site: string
  readonly kind: DoorConfig['kind']
  readonly public: string | undefined
  readonly lan: string | undefined
  readonly serving: number
  readonly targets: readonly Omit<Target, 'uid'>[]
  readonly healthy: number
  /** Shares of requests. */
  readonly answers: number
  readonly lanAnswers: number
  /** What keeps it from being told of its targets. */
  readonly blocked?: string
  readonly deleted?: true
}

/** How long a load balancer waits for a connection to a target: Application Load Balancers, troubleshooting, HTTP 504. */
const targetConnectSeconds = 10

export async function doorOf({ config, truth, viewOf, surroundings, timing }: DoorOf): Promise<Door> {
  const { app, site, namespace } = config
  const { conditions, speed } = surroundings
  const told = { serving: 0, answers: 0 }
  let closed = false
  /** Deleted with its Ingress; one made anew has a new name, and this address is nobody's any more. */
  let ingress: { readonly uid: string; readonly there: boolean; readonly isOther: boolean } | undefined

  const cutOver = (hops: readonly string[]) => {
    return wayOver(conditions(), hops).cut
  }
  const stands = (): boolean =>
    config.stands === 'region' ||
    (cutOver([powerOf(site)]) === undefined && (config.kind === 'balancer' || truth.stands(site)))

  // -------------------------------------------------------------------------------------------- who is sent to

  /** On whose nodes the load balancer's controller runs, and what it knows there. */
  const controller = (): View | undefined => {
    for (const name of config.controllers) {
      const way = config.ways.find((it) => it.site === name)
      const view = viewOf(name)
      if (way === undefined || view === undefined || !view.inTouch() || !truth.stands(name)) continue
      if (cutOver(way.crosses) === undefined) return view
    }
    return undefined
  }

  const desired = (): ReadonlyMap<string, string> | undefined => {
    const view = controller()
    return view === undefined || !view.whole() ? undefined : desiredTargets(view, config)
  }

  const find = (uid: string): Found => {
    const body = truth.body(uid)
    const cut = body === undefined ? undefined : cutOver([powerOf(body.site), ...(config.toPods[body.site] ?? [])])
    // a machine without power says nothing; one that runs refuses for pods that are no more
    if (cut !== undefined) return 'blackhole'
    if (body !== undefined && truth.serves(body, config.startupSeconds)) return 'answers'
    return body !== undefined && !truth.powered(body) ? 'blackhole' : 'refuse'
  }

  const blocked = (): 'controller' | 'api' | 'door' | undefined => {
    if (controller() === undefined) return 'controller'
    if (cutOver([registrationsOf(site)]) !== undefined) return 'api'
    return config.stands === 'here' && cutOver([serviceLinkOf(site), powerOf(site)]) !== undefined ? 'door' : undefined
  }

  const behind: Balancer | undefined =
    config.public === undefined || config.kind === 'proxy'
      ? undefined
      : balancer(
          config.check,
          {
            desired: () => (ingress?.there === false ? new Map() : desired()),
            ...{ blocked, stands, find, speed },
            changed: (what, from, to) => {
              tellTargets(what, from, to, behind?.targets().length ?? to)
              later()
            },
          },
          timing,
        )

  // a proxy follows the endpoints as its site knows them, and keeps the last ones
  let rules: readonly Target[] = []
  let cancelSync: (() => void) | undefined
  function syncRules(): void {
    const view = viewOf(site)
    if (view === undefined || !view.whole()) return
    const next = endpointsOf(view, config, 'ready')
    const same = next.size === rules.length && rules.every(({ uid }) => next.has(uid))
    if (same || cancelSync !== undefined) return
    // of the twin, inside timers/endpoints.ts: proxySync, which no flag of ours shortens
    cancelSync = timing.after(between(timing, 0.1, 1.2) * 1_000, () => {
      cancelSync = undefined
      const before = rules.length
      rules = [...endpointsOf(view, config, 'ready')].map(([uid, name]) => ({ uid, name, healthy: true }))
      if (config.kind === 'proxy' && config.public !== undefined)
        tellTargets('targets', before, rules.length, rules.length)
      later()
    })
  }

  const lookups = lookupsOf({
    isAnswered: () =>
      config.clusterDns.length === 0 ||
      config.clusterDns.some((at) => cutOver(at.crosses) === undefined && truth.stands(at.site)),
    changed: (from, to) => {
      const text =
        to === 'work'
          ? `${copyText} finds other services of its cluster by name again`
          : `${copyText} runs, but finds no other service by name: cluster DNS is on the far side of its link`
      surroundings.tell({ subject: copySubject(app, site), what: 'lookups', from, to, text, ...about })
      later()
    },
    ...{ timing, speed },
  })

  // -------------------------------------------------------------------------------------------- what is told

  const copyText = `${app} at ${site}`
  const about = { app, site }

  function tellTargets(what: 'targets' | 'healthyTargets', from: number, to: number, all: number): void {
    const text =
      what === 'targets'
        ? `${config.kind === 'proxy' ? 'the proxy' : 'the load balancer'} of ${copyText} sends to ${podsText(to)}${from === to ? ', other ones than before' : ''}`
        : `the load balancer of ${copyText} ${healthText(to, from, all)}`
    surroundings.tell({ subject: doorSubject(app, site), what, from, to, text, ...about })
  }

  function tellTruth(): void {
    const bodies = truth.bodiesOf(config)
    const serving = bodies.filter((body) => truth.serves(body, config.startupSeconds)).length
    if (serving !== told.serving) {
      const from = told.serving
      told.serving = serving
      const change = Math.abs(serving - from)
      const atMs = truth.doneMs()
      const at = atMs === undefined ? {} : { atMs }
      const verb = change === 1 ? 'answers' : 'answer'
      const text = `${podsText(change)} of ${copyText} ${verb} ${serving > from ? 'again' : 'no more'}`
      surroundings.tell({ subject: copySubject(app, site), what: 'serving', from, to: serving, text, ...about, ...at })
    }
    if (config.public === undefined) return
    const answers = share('public')
    if (answers === told.answers) return
    const from = told.answers
    told.answers = answers
    const text = `the front door of ${copyText} answers ${Number((answers * 100).toFixed(1))} % of requests`
    surroundings.tell({ subject: doorSubject(app, site), what: 'answers', from, to: answers, text, ...about })
  }

  // -------------------------------------------------------------------------------------------- what a request finds

  const routed = (which: 'public' | 'lan'): readonly Target[] =>
    which === 'public' && behind !== undefined ? behind.routed() : rules

  /** The LAN ends at the power of the site: what is on it reaches what is on it. */
  const findFrom = (which: 'public' | 'lan', { uid }: Target): Found => {
    if (which === 'public') return find(uid)
    const body: Body | undefined = truth.body(uid)
    if (body === undefined || body.site === site)
      return body !== undefined && truth.serves(body, config.startupSeconds) ? 'answers' : 'refuse'
    return cutOver([serviceLinkOf(site)]) === undefined ? find(uid) : 'blackhole'
  }

  const standsFor = (which: 'public' | 'lan'): boolean =>
    which === 'public' ? stands() && ingress?.there !== false : cutOver([powerOf(site)]) === undefined

  function share(which: 'public' | 'lan'): number {
    const all = routed(which)
    if (!standsFor(which) || all.length === 0 || lookups.fail()) return 0
    const good = all.filter((target) => findFrom(which, target) === 'answers').length
    return Math.round((good / all.length) * 1e9) / 1e9
  }

  const hopsOf = (which: 'public' | 'lan'): readonly string[] =>
    which === 'public' ? (config.public?.crosses ?? []) : [powerOf(site)]

  const decide = (which: 'public' | 'lan', path: string, agent: string): Decision => {
    const asBalancer = which === 'public' && behind !== undefined
    if (asBalancer && path === targetsPath) {
      const body: TargetsAnswer = { targets: behind.targets().length, healthy: behind.healthy() }
      return { kind: 'answer', status: body.healthy > 0 ? 200 : 503, body, afterMs: 0 }
    }
    const isDead = isPowerDns(agent) && conditions().checkPorts[copyKey(app, site)] !== undefined
    const cut = cutOver([...hopsOf(which), ...(isDead ? [checkPortHop(app, site)] : [])])
    if (cut !== undefined) return { kind: cut === 'refuse' ? 'reset' : 'silent' }
    if (isDead) return { kind: 'silent' }
    if (which === 'public' && (ingress?.there === false || ingress?.isOther === true)) return { kind: 'reset' }
    if (!standsFor(which)) return { kind: 'silent' }
    const lateMs =
      Math.max(conditions().late[copyKey(app, site)] ?? 0, wayOver(conditions(), hopsOf(which)).lateSeconds) * 1_000
    const failed = (status: number, why: string, afterMs = lateMs): Decision => ({
      kind: 'answer',
      ...{ status, body: { ...about, error: why }, afterMs },
    })
    const all = routed(which)
    const target = all[Math.floor(timing.random() * all.length)]
    if (target === undefined) return asBalancer ? failed(503, 'no target') : { kind: 'reset' }
    const found = findFrom(which, target)
    // it waits for a name that nobody tells it
    if (found === 'answers' && lookups.fail()) return { kind: 'silent' }
    if (found === 'answers')
      return { kind: 'answer', status: 200, body: { ...about, pod: target.name, door: which }, afterMs: lateMs }
    if (!asBalancer) return { kind: found === 'refuse' ? 'reset' : 'silent' }
    return found === 'refuse'
      ? failed(502, `${target.name} refuses`)
      : failed(504, `${target.name} does not answer`, (targetConnectSeconds * 1_000) / speed())
  }

  // -------------------------------------------------------------------------------------------- its life

  /** Deleted, it goes at once; put back, another one is made, which takes its time. */
  function reviewIngress(): void {
    if (behind === undefined || config.ingress === undefined) return
    const view = controller()
    if (view === undefined || !view.whole()) return
    const uid = view.ingresses.get(`${namespace}/${config.ingress}`)
    if (ingress === undefined) {
      if (uid !== undefined) ingress = { uid, there: true, isOther: false }
      return
    }
    if (uid !== ingress.uid && ingress.there) {
      ingress = { ...ingress, there: false }
      behind.clear()
    }
    if (uid === undefined) {
      cancelMaking?.()
      cancelMaking = undefined
    } else if (!ingress.there)
      cancelMaking ??= timing.after(making(), () => {
        cancelMaking = undefined
        ingress = { uid, there: true, isOther: true }
        const text = `${copyText} has a new load balancer with a new name; the record still points at the old one`
        surroundings.tell({ subject: doorSubject(app, site), what: 'made', from: null, to: true, text, ...about })
        review()
      })
  }

  const making = (): number => {
    const { minSeconds, maxSeconds } = loadBalancerMade()
    return (between(timing, minSeconds, maxSeconds) * 1_000) / speed()
  }
  let cancelMaking: (() => void) | undefined

  const fronts: Front[] = []
  const listen = async (
    which: 'public' | 'lan',
    at: { readonly address: string; readonly port: number } | undefined,
  ) => {
    if (at === undefined) return
    fronts.push(
      await front({
        address: at.address,
        port: at.port,
        isRefused: () => cutOver(hopsOf(which)) === 'refuse',
        decide: (path, agent) => decide(which, path, agent),
        say: surroundings.say,
        failed: surroundings.failed,
      }),
    )
  }

  let due: (() => void) | undefined
  /** Several changes at once are looked at once. */
  function later(): void {
    if (closed) return
    due ??= timing.after(0, () => {
      due = undefined
      tellTruth()
      for (const one of fronts) one.review()
    })
  }

  function review(): void {
    reviewIngress()
    syncRules()
    lookups.review()
    behind?.review()
    later()
  }

  try {
    await listen('public', config.public)
    await listen('lan', config.lan)
  } catch (error) {
    await Promise.all(fronts.map((one) => one.close()))
    throw error
  }
  review()

  const placeOf = (at: { readonly address: string; readonly port: number } | undefined): string | undefined =>
    at === undefined ? undefined : `${at.address}:${at.port}`

  return {
    review,
    pointed: () => {
      if (ingress?.there === true) ingress = { ...ingress, isOther: false }
    },
    state: () => {
      const targets = behind?.targets() ?? rules
      const by = behind?.blocked()
      return {
        ...about,
        kind: config.kind,
        ...{ public: placeOf(config.public), lan: placeOf(config.lan) },
        serving: told.serving,
        targets: targets.map(({ name, healthy }) => ({ name, healthy })),
        healthy: behind?.healthy() ?? rules.length,
        answers: config.public === undefined ? 0 : share('public'),
        lanAnswers: share('lan'),
        ...(by !== undefined && { blocked: by }),
        ...(ingress?.there === false && { deleted: true }),
      }
    },
    close: async () => {
      closed = true
      due?.()
      cancelSync?.()
      cancelMaking?.()
      lookups.close()
      behind?.close()
      await Promise.all(fronts.map((one) => one.close()))
    },
  }
}

/** The checks of a PowerDNS of this machine, which knows of no dead port: so they are known by their name. */
const isPowerDns = (agent: string): boolean => agent.startsWith('PowerDNS')

const podsText = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`)

/** In the words of the twin. */
function healthText(count: number, before: number, all: number): string {
  if (all === 0) return 'has no pod left'
  if (count > before) return `calls ${count} of ${podsText(all)} healthy`
  return count === 0 ? 'calls no pod healthy any more' : `calls only ${count} of ${podsText(all)} healthy`
}
