// Brings the world to what is bad by now, and no worse: journal first, then nodes marked while their API server can still be told, hops,
// engines; and back again in the other order. What takes time (an engine that starts, an API server that does not answer yet) goes on
// beside, and is looked at again until it is done.

import type { KubeClient } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import type { Owner } from '../engine.ts'
import { engineId } from '../engine.ts'
import type { Conditions } from '../outside/conditions.ts'
import type { Ended } from './bad.ts'
import { controlPlane, karmada } from './bad.ts'
import { bringBack, endEngines, isAlive, undoOfEngine } from './engines.ts'
import type { Ground, GroundNode } from './ground.ts'
import { nodeKey } from './ground.ts'
import { crash, nodeOff, rebooted, undoAt, whereaboutsOf } from './hands.ts'
import type { FaultJournal, Undo } from './journal.ts'
import type { FaultsOptions } from './port.ts'
import { releases } from './releases.ts'
import type { Serial } from './serial.ts'
import { inTime } from './serial.ts'
import type { Truth } from './truth.ts'

export interface Carrier {
  /** `fault`: what the journal says it is for. */
  apply(fault: string): Promise<void>
  /** What waits for an answer, and what has to be said again. */
  again(): Promise<void>
  startControlPlane(cluster: string, comes: object): void
  startKarmada(federation: string, comes: object): void
  reaches(owner: Owner): boolean
  client(owner: Owner): KubeClient
  /** From now on nothing is started here any more: what is dead is for `heal`. */
  close(): void
  /** Until what goes on beside has come to its end. */
  idle(): Promise<void>
}

type Options = Pick<
  FaultsOptions,
  'runner' | 'engines' | 'clients' | 'outside' | 'ledger' | 'speed' | 'say' | 'layout' | 'folder'
>

export interface CarrierOptions extends Options {
  readonly ground: Ground
  readonly journal: FaultJournal
  readonly truth: () => Truth
  readonly inTurn: Serial
}

export function carrierOf(options: CarrierOptions): Carrier {
  const { ground, journal, truth, inTurn, runner, engines: specs, clients, outside, ledger, speed, say } = options
  const running = new Set(specs.map(({ id }) => id))
  /** Entries of the journal by what they are about. */
  const open = new Map<string, number>()
  const ended = new Set<string>()
  const returning = new Map<string, () => boolean>()
  const beside = new Set<Promise<unknown>>()
  let closed = false
  let told = JSON.stringify(real(nothingBad, speed))

  const apiOf = ({ kind, name }: Owner): string =>
    engineId({ kind, name }, kind === 'cluster' ? 'kube-apiserver' : 'karmada-apiserver')
  const reaches = (owner: Owner): boolean =>
    running.has(apiOf(owner)) && !ended.has(apiOf(owner)) && isAlive(ledger.state(), apiOf(owner))
  const client = (owner: Owner): KubeClient => clients.of(owner)
  const ofCluster = (name: string): Owner => ({ kind: 'cluster', name })

  function note(fault: string, wanted: readonly (readonly [key: string, undo: Undo])[]): void {
    const fresh = wanted.filter(([key]) => !open.has(key))
    const numbers = journal.write(fresh.map(([, undo]) => ({ fault, undo })))
    for (const [index, [key]] of fresh.entries()) open.set(key, numbers[index] ?? 0)
  }
  function crossOut(keys: readonly string[]): void {
    journal.crossOut(keys.flatMap((key) => open.get(key) ?? []))
    for (const key of keys) open.delete(key)
  }
  const release = releases({ ...options, note, crossOut, reaches, client })

  async function apply(fault: string): Promise<void> {
    const bad = truth().bad()
    const off = offNodes().filter((node) => !open.has(nodeOpen(node)) && reaches(ofCluster(node.cluster)))
    const conditions = real(bad.conditions, speed)
    const isWell = JSON.stringify(conditions) === JSON.stringify(real(nothingBad, speed))
    note(fault, [
      ...(isWell ? [] : [['conditions', { kind: 'conditions' }] as const]),
      ...off.map((node) => [nodeOpen(node), { kind: 'node', cluster: node.cluster, node: node.object ?? '' }] as const),
      ...[...bad.engines].map(([id, how]) => [`engine ${id}`, undoOfEngine(ledger.state(), id, how)] as const),
      ...[...bad.crashed].flatMap((key) => crashNote(key)),
    ])
    // said while there is somebody to say it to, and before what it follows from
    await Promise.all(off.map((node) => attempt(nodeOff(client(ofCluster(node.cluster)), node.object ?? ''))))
    if (JSON.stringify(conditions) !== told) {
      await outside.setConditions(conditions)
      told = JSON.stringify(conditions)
    }
    await enforce()
    await release.review(truth().bad().releases, fault)
    await again()
    if (isWell) crossOut(['conditions'])
  }

  const offNodes = (): readonly GroundNode[] =>
    [...new Set([...truth().bad().nodes].map((key) => key.slice(0, key.indexOf('/'))))]
      .flatMap(ground.nodesAt)
      .filter((node) => node.object !== undefined && truth().bad().nodes.has(nodeKey(node)))

  /** Also what somebody started meanwhile. */
  async function enforce(): Promise<void> {
    const ends = new Map([...truth().bad().engines].filter(([id]) => returning.get(id)?.() !== true))
    for (const id of ends.keys()) ended.add(id)
    await endEngines(ledger.state(), ends)
  }

  function crashNote(key: string): readonly (readonly [string, Undo])[] {
    const at = key.lastIndexOf('/')
    const copy = ground.copyAt(key.slice(0, at), key.slice(at + 1))
    if (copy === undefined || !running.has(apiOf(ofCluster(copy.cluster)))) return []
    return [[`crash ${key}`, { kind: 'crash', cluster: copy.cluster, ...whereaboutsOf(ground, copy) }]]
  }

  async function again(): Promise<void> {
    const bad = truth().bad()
    for (const key of bad.crashed)
      for (const [, undo] of crashNote(key))
        if (undo.kind === 'crash' && reaches(ofCluster(undo.cluster)))
          await attempt(crash(client(ofCluster(undo.cluster)), undo))
    for (const entry of journal.open()) await giveBack(entry.number, entry.undo)
    await release.again()
    startOthers()
  }

  /** Of nodes and crashes, what nothing takes any more. */
  async function giveBack(number: number, undo: Undo): Promise<void> {
    const key = [...open].find(([, known]) => known === number)?.[0]
    if (key === undefined || (undo.kind !== 'node' && undo.kind !== 'crash')) return
    const what = key.slice(key.indexOf(' ') + 1)
    const bad = truth().bad()
    if ((undo.kind === 'node' ? bad.nodes : bad.crashed).has(what) || !reaches(ofCluster(undo.cluster))) return
    const to = client(ofCluster(undo.cluster))
    if (undo.kind === 'node') await attempt(rebooted(to, undo.node))
    if (await attempt(undoAt(to, undo) ?? Promise.resolve())) crossOut([key])
  }

  /** What runs on nodes, and plays them: as soon as they, and the API server that it asks, are there. */
  function startOthers(): void {
    const bad = truth().bad()
    const back = [...open.keys()]
      .filter((key) => key.startsWith('engine '))
      .map((key) => key.slice('engine '.length))
      .filter((id) => !bad.engines.has(id) && !returning.has(id) && mayStart(id))
    if (back.length > 0) bringAlong(back, () => back.every((id) => !truth().bad().engines.has(id)))
  }

  function mayStart(id: string): boolean {
    const [kind, name = '', part = ''] = id.split('/')
    if (kind !== 'cluster') return false
    const waits = truth().bad().clusters.has(name) || !reaches(ofCluster(name))
    return !waits && !(controlPlane as readonly string[]).includes(part)
  }

  function bringAlong(
    ids: readonly string[],
    valid: () => boolean,
    then: () => Promise<void> = async () => undefined,
  ): void {
    start(new Map(ids.map((id) => [id, 'killed'])), valid, then)
  }

  /** Beside all else; where it is not wanted any more by then, it is ended again. */
  function start(
    back: ReadonlyMap<string, Ended>,
    valid: () => boolean,
    then: () => Promise<void>,
    ready: () => Promise<unknown> = async () => undefined,
  ): void {
    if (closed) return
    const ids = [...back.keys()]
    for (const id of ids) returning.set(id, valid)
    const work = (async () => {
      try {
        await bringBack(runner, specs, back)
        for (const id of ids) if (valid()) ended.delete(id)
        await ready()
        await inTurn(async () => {
          for (const id of ids) returning.delete(id)
          if (!valid()) return enforce()
          crossOut(ids.map((id) => `engine ${id}`))
          await then()
        })
      } catch (error) {
        for (const id of ids) returning.delete(id)
        say(`${ids.join(', ')}: ${error instanceof Error ? error.message : String(error)}`)
        if (closed) return
        if (valid()) setTimeout(() => start(back, valid, then, ready), retryMs).unref()
        else await enforce()
      }
    })()
    beside.add(work)
    void work.finally(() => beside.delete(work))
  }

  function startControlPlane(name: string, comes: object): void {
    const id = (part: string): string => engineId(ofCluster(name), part)
    // whatever ended them, and whatever of it is over: what is dead is started, and what stands still goes on
    const first = new Map(
      [id('etcd'), id('kube-apiserver')].flatMap((one) =>
        open.has(`engine ${one}`) ? [[one, 'frozen' as const]] : [],
      ),
    )
    const rest = [id('kube-controller-manager'), id('kube-scheduler')].filter((one) => running.has(one))
    const valid = (): boolean => truth().isComing(comes)
    const answers = () =>
      running.has(id('kube-apiserver'))
        ? until(`that the API of ${name} answers`, () => client(ofCluster(name)).get('/api/v1/namespaces/default'))
        : Promise.resolve()
    const up = async (): Promise<void> => {
      if (!truth().answers(name, comes)) return
      const title = `${name} is on its way back`
      // whatever held them: they begin anew
      note(
        title,
        rest.map((one) => [`engine ${one}`, undoOfEngine(ledger.state(), one, 'killed')] as const),
      )
      await endEngines(ledger.state(), new Map(rest.map((one) => [one, 'killed'])))
      bringAlong(
        rest,
        () => !truth().bad().clusters.has(name),
        async () => truth().controllersRun(name),
      )
      await apply(title)
    }
    start(first, valid, up, answers)
  }

  function startKarmada(name: string, comes: object): void {
    const ids = karmada.map((part) => engineId({ kind: 'federation', name }, part)).filter((id) => running.has(id))
    bringAlong(
      ids,
      () => truth().isComing(comes),
      async () => {
        if (truth().karmadaRuns(name, comes)) await apply(`Karmada of ${name} is on its way back`)
      },
    )
  }

  async function attempt(act: Promise<unknown>): Promise<boolean> {
    try {
      await inTime(act)
      return true
    } catch {
      // it is tried again
      return false
    }
  }

  return {
    ...{ apply, again, startControlPlane, startKarmada, reaches, client },
    close: () => {
      closed = true
    },
    idle: async () => {
      while (beside.size > 0) await Promise.allSettled([...beside])
    },
  }
}

const retryMs = 1_000
const nodeOpen = (node: GroundNode): string => `node ${nodeKey(node)}`
const nothingBad: Conditions = { hops: {}, late: {}, checkPorts: {} }

/** Lateness in real seconds. */
const real = ({ hops, late, checkPorts }: Conditions, speed: number): Conditions => ({
  hops,
  late: Object.fromEntries(Object.entries(late).map(([copy, seconds]) => [copy, seconds / speed])),
  checkPorts,
})
