// A drill's faults on the engines of this machine. Each says what it takes (lowering.ts); what is away, all of them together, truth.ts knows;
// carry.ts brings the world there. Here they begin and end, and say so in the words of the twin.

import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../../../model/fleet.ts'
import { assert } from '../../../model/refusal.ts'
import { copySubject, objectSubject } from '../../../timeline/subjects.ts'
import { paceOf } from '../../../timers/pace.ts'
import { powerHoldUp } from '../../../timers/site.ts'
import { atOnce, use } from '../../../timers/timer.ts'
import type { KubeClient } from '../../kube/client.ts'
import { engineId } from '../engine.ts'
import { carrierOf } from './carry.ts'
import { groundOf } from './ground.ts'
import type { Whereabouts } from './hands.ts'
import { deleting, isUndone, replicasAt, scaling, undoAt, whereaboutsOf } from './hands.ts'
import { heal } from './heal.ts'
import type { Undo } from './journal.ts'
import { faultJournal } from './journal.ts'
import type { Act, Lowered, Says, Taken } from './lowering.ts'
import { loweredOn } from './lowering.ts'
import type { InForce } from './overlap.ts'
import { beforeAll, comingBack, wantedBy } from './overlap.ts'
import type { Faults, FaultsOptions } from './port.ts'
import { voice } from './said.ts'
import { inTime, serial } from './serial.ts'
import { silent } from './silent.ts'
import { truthOf } from './truth.ts'

interface Active {
  readonly lowered: Lowered
  /** Of the journal, that it is in force. */
  readonly entry: number
  /** Undone at its end, in reverse. */
  readonly undo: readonly { readonly number: number; readonly undo: Undo }[]
  /** A battery that carries the site. */
  readonly drained?: { cancel: () => void; dark: boolean }
}

interface Waiting {
  readonly number: number
  readonly act: Act
  readonly undo: Undo
}

export function faultsOn(options: FaultsOptions): Faults {
  const { plan, folder, engines, speed, drill, say, patienceMs = 20_000 } = options
  const ground = groundOf(plan, drill)
  const journal = faultJournal(folder, options)
  const inTurn = serial()
  const spoken = voice(options.emit)
  const { emit } = spoken
  const active = new Map<Fault, Active>()
  /** Faults that overlap on one thing: it is back when the last of them is over. */
  const counts = new Map<string, number>()
  let waiting: Waiting[] = []
  let closed = false

  const later = (seconds: number, act: () => void): (() => void) => {
    const timer = setTimeout(act, (seconds * 1_000) / speed)
    return () => clearTimeout(timer)
  }
  const truth = truthOf({
    ground,
    running: new Set(engines.map(({ id }) => id)),
    pace: paceOf(speed),
    voice: spoken,
    later,
    startControlPlane: (cluster, comes) => {
      if (!closed) carrier.startControlPlane(cluster, comes)
    },
    startKarmada: (federation, comes) => {
      if (!closed) carrier.startKarmada(federation, comes)
    },
    changed: () => {
      if (!closed) void inTurn(() => carrier.apply('machines that boot')).catch(complain)
    },
  })
  const carrier = carrierOf({ ...options, ground, journal, truth: () => truth, inTurn })
  const ticking = setInterval(() => {
    if (!closed && active.size + waiting.length > 0) void inTurn(again).catch(complain)
  }, tickMs)
  ticking.unref()

  const complain = (error: unknown): void => say(error instanceof Error ? error.message : String(error))

  function count({ subject, what }: Says, change: number): number {
    const left = (counts.get(`${subject} ${what}`) ?? 0) + change
    counts.set(`${subject} ${what}`, left)
    return left
  }

  const about = ({ site, app }: Says) => ({ ...(site !== undefined && { site }), ...(app !== undefined && { app }) })

  async function inject(fault: Fault): Promise<void> {
    assert(!closed, 'a fault begins after the drill has given everything back')
    if (active.has(fault)) return
    const lowered = loweredOn(ground, fault)
    const { says, act } = lowered
    const deed = act === undefined ? undefined : await prepared(act)
    if (act !== undefined && deed === undefined) {
      const impossible = `${says.text}: impossible, as the control plane of ${act.cluster} does not answer`
      const event = { subject: says.subject, what: 'fault', from: null, to: 'impossible', text: impossible } as const
      emit({ ...event, ...about(says), decidedBy: 'standIn' })
      active.set(fault, { lowered: { ...lowered, taken: [] }, entry: 0, undo: [] })
      return
    }
    // on the disk first, and told before anything can be seen of it
    const undo = deed?.undo ?? []
    const [entry = 0, ...numbers] = journal.write(
      [{ kind: 'fault' } as const, ...undo].map((one) => ({ fault: says.text, undo: one })),
    )
    count(says, 1)
    const from = deed?.from ?? says.from
    const { subject, what, to, text } = says
    const told = emit({ subject, what, from, to, text, ...about(says), decidedBy: 'standIn' })
    const it: Active = {
      lowered,
      entry,
      undo: undo.map((one, index) => ({ number: numbers[index] ?? 0, undo: one })),
      ...(lowered.holdUpSeconds !== undefined && { drained: { dark: false, cancel: () => undefined } }),
    }
    active.set(fault, it)
    if (it.drained !== undefined) it.drained.cancel = later(lowered.holdUpSeconds ?? 0, () => drain(fault, it, told))
    else for (const taken of lowered.taken) truth.take(it, taken.outages, also(taken, told))
    if (act !== undefined) await done(act, deed)
    if (it.drained === undefined) await carrier.apply(text)
  }

  /** What goes along with a zone or a Region says so itself. */
  function also(taken: Taken, cause: number, back = false): number {
    const { says } = taken
    if (says === undefined) return cause
    return emit({
      ...{ subject: says.subject, what: says.what, ...about(says), cause, timer: use(atOnce), decidedBy: 'standIn' },
      ...(back ? { from: says.to, to: says.from, text: says.back } : { from: says.from, to: says.to, text: says.text }),
    })
  }

  function drain(fault: Fault, it: Active, cause: number): void {
    const [taken] = it.lowered.taken
    if (closed || it.drained === undefined || taken?.says === undefined || active.get(fault) !== it) return
    const { says } = taken
    it.drained.dark = true
    const { subject, what, from, to, text } = says
    const timer = use(powerHoldUp(it.lowered.holdUpSeconds ?? 0))
    const dark = emit({ subject, what, from, to, text, ...about(says), cause, timer, decidedBy: 'standIn' })
    truth.take(it, taken.outages, dark)
    void inTurn(() => carrier.apply(text)).catch(complain)
  }

  async function end(fault: Fault): Promise<void> {
    const it = active.get(fault)
    if (closed || it === undefined) return
    active.delete(fault)
    const { lowered, drained, entry } = it
    const { says, act } = lowered
    drained?.cancel()
    if (entry !== 0 || act === undefined) {
      const over = count(says, -1) <= 0
      const said = over
        ? { to: says.from, text: says.back }
        : { to: says.to, text: `one fault less, but not yet: ${says.back}` }
      const about_ = { subject: says.subject, what: says.what, from: says.to, ...said, ...about(says) }
      const told = act === undefined ? emit({ ...about_, decidedBy: 'standIn' }) : -1
      if (drained === undefined)
        for (const taken of lowered.taken) truth.giveOne(it, taken.outages, also(taken, told, true))
      else if (drained.dark) for (const taken of lowered.taken) truth.give(it, also(taken, told, true))
    }
    if (act !== undefined) for (const one of it.undo) waiting.push({ ...one, act })
    journal.crossOut([entry])
    await putBack()
    await carrier.apply(says.back)
  }

  // ---------------------------------------------------------------------------------------------- by hand

  interface Deed {
    readonly undo: readonly Undo[]
    readonly act: () => Promise<unknown>
    /** What is so now. */
    readonly from?: number
  }

  const ownerOf = ({ cluster }: Act) => ({ kind: 'cluster', name: cluster }) as const
  const apiOf = (act: Act): string => engineId(ownerOf(act), 'kube-apiserver')
  /** Nobody can be asked there: a fault has taken it, or it is dead. */
  const isTaken = (act: Act): boolean => truth.bad().clusters.has(act.cluster) || !carrier.reaches(ownerOf(act))

  /** The oldest first. */
  const inForce = (): readonly InForce[] =>
    [...active.values()].flatMap(({ lowered: { act }, undo }) =>
      act === undefined ? [] : [{ act, undo: undo.map((one) => one.undo) }],
    )

  /** Undefined: there is nobody to ask. One who is only late is asked again. */
  async function prepared(act: Act): Promise<Deed | undefined> {
    const copy = ground.copyAt(act.app, act.site)
    if (copy === undefined) return undefined
    const where = whereaboutsOf(ground, copy)
    for (const began = performance.now(); ; await pause(retryMs)) {
      if (isTaken(act)) return undefined
      try {
        if (waiting.some((one) => one.act.cluster === act.cluster)) await putBack()
        return await deedOf(act, where)
      } catch (error) {
        if (closed || performance.now() - began >= patienceMs) throw silent(apiOf(act), error)
        complain(error)
      }
    }
  }

  async function deedOf(act: Act, where: Whereabouts): Promise<Deed> {
    const client = carrier.client(ownerOf(act))
    const behind = (undo: readonly Undo[]): readonly Undo[] => {
      const before = [...inForce(), ...waiting.map((one) => ({ act: one.act, undo: [one.undo] }))]
      return undo.map((one) => beforeAll(one, before))
    }
    if (act.kind === 'delete') {
      const { undo, act: remove } = await inTime(deleting(client, act.cluster, where, act.object))
      return { undo: behind(undo), act: remove }
    }
    const { undo, act: scale } = await inTime(scaling(client, act.cluster, where))
    const [first] = undo
    return {
      undo: behind(undo),
      act: () => scale(act.replicas),
      ...(first?.kind === 'scale' && { from: first.replicas }),
    }
  }

  async function done(act: Act, deed: Deed | undefined): Promise<void> {
    try {
      await deed?.act()
    } catch (error) {
      throw silent(apiOf(act), error)
    }
  }

  /** What nobody has put back, the operator does, as soon as there is an API server to ask. */
  async function putBack(): Promise<void> {
    for (const one of [...waiting].reverse()) {
      if (isTaken(one.act)) continue
      const client = carrier.client(ownerOf(one.act))
      try {
        const { now, later: held } = await wantedNow(client, one)
        if (now !== undefined && !(await inTime(isUndone(client, now)))) {
          const event = toldOf(one.act, now)
          if (event !== undefined) emit({ ...event, decidedBy: 'standIn', site: one.act.site, app: one.act.app })
          await inTime(undoAt(client, now) ?? Promise.resolve(), putBackMs)
        }
        // the journal keeps the whole of it until all of it is back
        waiting = waiting.flatMap((other) =>
          other !== one ? [other] : held === undefined ? [] : [{ ...other, undo: held }],
        )
        if (held === undefined) journal.crossOut([one.number])
      } catch (error) {
        complain(error)
      }
    }
  }

  /** What of it is to be done now, and what has to wait for another fault's end. */
  async function wantedNow(
    client: KubeClient,
    { act, undo }: Waiting,
  ): Promise<{ readonly now?: Undo; readonly later?: Undo }> {
    const deeds = inForce()
    if (undo.kind === 'scale') {
      const replicas = wantedBy(deeds, undo)
      if (replicas === undefined || act.kind !== 'scale') return { now: undo }
      // who else has changed it meanwhile wants it so
      const there = await inTime(replicasAt(client, undo.path))
      return there === act.replicas ? { now: { ...undo, replicas } } : {}
    }
    if (undo.kind !== 'objects') return { now: undo }
    const { now, later: held } = comingBack(ground, deeds, act, undo)
    return {
      ...((now.length > 0 || held.length === 0) && { now: { ...undo, objects: now } }),
      ...(held.length > 0 && { later: { ...undo, objects: held } }),
    }
  }

  function toldOf(act: Act, undo: Undo) {
    const where = `${act.app} at ${act.site}`
    if (act.kind === 'delete')
      return {
        ...{ subject: objectSubject(act.app, act.site, act.object), what: 'object', from: 'absent', to: 'present' },
        text: `the operator puts the ${act.object} of ${where} back`,
      }
    if (undo.kind !== 'scale') return undefined
    return {
      ...{ subject: copySubject(act.app, act.site), what: 'replicas', from: act.replicas, to: undo.replicas },
      text: `the operator sets ${where} back to ${undo.replicas} ${undo.replicas === 1 ? 'replica' : 'replicas'}`,
    }
  }

  async function again(): Promise<void> {
    await putBack()
    await carrier.again()
  }

  // what a drill before this one has left, for it was killed
  void inTurn(async () => {
    for (const fault of await heal(options)) say(`a drill was cut off: undone that ${fault}`)
  }).catch(complain)

  return {
    healLeft: () => inTurn(async () => void (await heal(options))),
    inject: (fault) => inTurn(() => inject(fault)),
    end: (fault) => inTurn(() => end(fault)),
    healAll: async () => {
      closed = true
      clearInterval(ticking)
      for (const { drained } of active.values()) drained?.cancel()
      truth.close()
      carrier.close()
      await inTurn(async () => undefined)
      await carrier.idle()
      await heal(options)
    },
  }
}

const tickMs = 500
const retryMs = 500
const putBackMs = 40_000
