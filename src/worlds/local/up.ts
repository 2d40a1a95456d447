// skerry up --on local: the plan on real engines of this machine. Goes on where a run that was killed stopped, keeps what runs as it
// should, starts what is dead, and adds what was not asked for before.

import { existsSync, readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import type { Answered } from './answers.ts'
import { answersOf } from './answers.ts'
import type { Engines } from './binaries.ts'
import { requireEngines } from './binaries.ts'
import { tasksOf } from './bring-up.ts'
import { apiServerOf, clientsFor } from './clients.ts'
import { expectedCopies } from './copies.ts'
import type { EngineSpec, Owner } from './engine.ts'
import { pkiFiles } from './engines/control-plane.ts'
import { outsideId } from './engines/outside.ts'
import { withPowerDns } from './engines/powerdns.ts'
import { enginesOf, portsWanted } from './engines-of.ts'
import { healingUp, thaw } from './faults/heal.ts'
import { firstStart } from './first-start.ts'
import { sweep } from './folder.ts'
import { hold } from './holder.ts'
import { forget, open, read, write } from './journal.ts'
import { leave } from './karmada/leave.ts'
import type { Layout } from './layout.ts'
import { layoutOf, titleOf } from './layout.ts'
import type { MemoryUse } from './memory.ts'
import { estimatedMebibytes, memoryUse } from './memory.ts'
import { nodesOf } from './nodes.ts'
import { OutsideError } from './outside/client.ts'
import { makeToken, outsideFound } from './outside/found.ts'
import { doorsHaveAddresses, outsideOf } from './outside/outside-of.ts'
import { versionOf } from './outside/program.ts'
import { choosePorts } from './ports.ts'
import { isOurs } from './process.ts'
import type { Runner } from './runner.ts'
import { ensureRunning, PortTaken, stopEngines } from './runner.ts'
import { unscaledText } from './speed.ts'
import type { Expected, Ledger } from './state.ts'
import { freshState, ledgerAt, orphansOf, readState, recovered } from './state.ts'
import { walk } from './walk.ts'

export interface UpOptions {
  readonly plan: Plan
  readonly only: readonly string[] | undefined
  /** The state folder of this fleet. */
  readonly folder: string
  /** Where the fleet was read from. */
  readonly source: string
  readonly engines: Engines
  /** Of the whole fleet, whatever part of it is asked for: a drill notices by it that the fleet changed since. */
  readonly digest?: string
  /** By how much constants are shortened; left out: as before, and at first not at all. */
  readonly speed?: number
  /** What is done, as it is done. */
  readonly say: (line: string) => void
  readonly now: () => Date
}

export interface UpReport {
  readonly folder: string
  /** By how much constants are shortened, and what stays as it is all the same, in sentences. */
  readonly speed: number
  readonly unscaled: readonly string[]
  readonly seconds: number
  readonly started: number
  readonly kept: number
  readonly memory: readonly MemoryUse[]
  readonly answers: readonly Answered[]
  readonly clusters: readonly string[]
  readonly federations: readonly { readonly name: string; readonly members: readonly string[] }[]
}

const passesMax = 4

export async function up(options: UpOptions): Promise<UpReport> {
  const { plan, folder, source, engines, say, now } = options
  const begun = now().getTime()
  // refused before anything is touched
  const asked = layoutOf(plan, options.only)
  requireEngines(engines, asked)
  sweep(folder)
  if (!existsSync(folder)) requireRoom(asked)
  const release = await hold(folder, 'up', now)
  try {
    const ledger = ledgerAt(folder, recovered(readState(folder) ?? freshState(plan.fleet.name, source, folder)))
    const cut = open(read(folder))
    forget(folder)
    if (cut.length > 0)
      say(`a run before this one was cut off at ${listed(cut.slice(0, 3).map(titleOf))}: going on from there`)
    const only = together(plan, ledger, options.only)
    requireSpeed(options.speed, ledger)
    const layout = withPowerDns(layoutOf(plan, only), {
      program: engines.find('pdns_server') !== undefined,
      speed: options.speed ?? ledger.state().speed ?? 1,
      addresses: doorsHaveAddresses(),
    })
    requireEngines(engines, layout)
    ledger.change(({ digest: _before, ...state }) => ({
      ...state,
      source,
      only,
      ...(options.digest !== undefined && { digest: options.digest }),
      declaredFederations: plan.fleet.federations.map(({ name }) => name),
      ...(options.speed !== undefined && { speed: options.speed }),
      expected: expectedOf(plan, layout),
      up: 'begun',
    }))
    const started = new Set<string>()
    thaw(folder)
    await letLeave(ledger, layout)
    await stopForeign(options, ledger, layout)
    for (let pass = 1; ; pass += 1) {
      try {
        await bringUp(options, ledger, layout, started, begun)
        break
      } catch (error) {
        if (!(error instanceof PortTaken) || pass === passesMax) throw error
        say(`${error.message}: trying another`)
        ledger.change(({ ports: { [error.engine]: _taken, ...ports }, ...state }) => ({ ...state, ports }))
      }
    }
    ledger.change((state) => ({ ...state, up: 'done' }))
    const speed = ledger.state().speed ?? 1
    return {
      folder,
      speed,
      unscaled: unscaledText(plan, speed),
      seconds: (now().getTime() - begun) / 1_000,
      started: started.size,
      kept: Object.keys(portsWanted(layout)).length - started.size,
      memory: memoryUse(ledger.state()),
      answers: answersOf(plan, layout, engines.versions, ledger.state().speed),
      clusters: layout.clusters.map(({ owner }) => owner.name),
      federations: layout.federations.map(({ owner, members }) => ({
        name: owner.name,
        members: members.map(({ cluster }) => cluster),
      })),
    }
  } finally {
    release()
  }
}

const speedOf = (ledger: Ledger): { readonly speed?: number } => {
  const { speed } = ledger.state()
  return speed === undefined ? {} : { speed }
}

/** Leases, taints and tolerations that are in the clusters by now keep the length that they were given: nodes would be lost in between. */
function requireSpeed(speed: number | undefined, ledger: Ledger): void {
  const { speed: before = 1, engines } = ledger.state()
  if (speed === undefined || speed === before) return
  if (!Object.values(engines).some(({ process: id, token }) => id !== undefined && isOurs(id, token))) return
  throw new Refusal(
    'refused',
    `this fleet runs with its constants shortened by ${before}, and what is in its clusters was made for that`,
    `begin afresh: skerry down, then skerry up --speed ${speed}; or leave --speed out`,
  )
}

/** What ran before goes on running, whatever is asked for in addition. */
function together(plan: Plan, ledger: Ledger, only: readonly string[] | undefined): readonly string[] | undefined {
  const state = ledger.state()
  if (only === undefined || Object.keys(state.expected.clusters).length + Object.keys(state.engines).length === 0)
    return only
  if (state.only === undefined) return undefined
  const known = new Set(plan.fleet.clusters.map(({ name }) => name))
  return [...new Set([...state.only.filter((name) => known.has(name)), ...only])]
}

const expectedOf = (plan: Plan, layout: Layout): Expected => ({
  clusters: Object.fromEntries(
    layout.clusters.map(({ owner, pools }) => [
      owner.name,
      [...pools.values()].flat().reduce((sum, step) => sum + nodesOf(plan.fleet, step, '').length, 0),
    ]),
  ),
  federations: Object.fromEntries(
    layout.federations.map(({ owner, members }) => [owner.name, members.map(({ cluster }) => cluster)]),
  ),
  hosts: Object.fromEntries(layout.federations.map(({ owner, step }) => [step.subject.cluster ?? '', owner.name])),
  copies: expectedCopies(plan, new Set(layout.clusters.map(({ owner }) => owner.name))),
})

/** Who is a member no more leaves while its engines still run, so that its apps are elsewhere before they end; else later, without them. */
async function letLeave({ folder, state }: Ledger, layout: Layout): Promise<void> {
  const { engines } = state()
  const clients = clientsFor(folder, () => state().ports)
  const runs = (owner: Owner): boolean => {
    const known = engines[apiServerOf(owner)]
    return known?.process !== undefined && isOurs(known.process, known.token)
  }
  try {
    for (const { owner, members } of layout.federations.filter((federation) => runs(federation.owner)))
      await leave(clients.of(owner), new Set(members.map(({ cluster }) => cluster)), (name) =>
        runs({ kind: 'cluster', name }) ? clients.of({ kind: 'cluster', name }) : undefined,
      ).catch(() => undefined)
  } finally {
    clients.close()
  }
}

/** An engine that the fleet does not know any more, or a stray of a run that was killed. */
async function stopForeign({ say }: UpOptions, ledger: Ledger, layout: Layout): Promise<void> {
  const wanted = portsWanted(layout)
  const known = Object.values(ledger.state().engines)
  const tokens = new Set(known.map(({ token }) => token))
  const records = [
    ...known.filter(({ id }) => wanted[id] === undefined),
    ...orphansOf(ledger.folder).filter(({ token }) => !tokens.has(token)),
  ]
  await stopEngines({ ledger }, records, ({ id, how }) => {
    if (how !== 'gone') say(`stopped ${titleOf(id)}: it is not part of this fleet any more`)
  })
}

async function bringUp(
  { plan, folder, engines, say, now }: UpOptions,
  ledger: Ledger,
  layout: Layout,
  started: Set<string>,
  begun: number,
): Promise<void> {
  const pki = pkiFiles(join(folder, 'pki'))
  if (!existsSync(pki.ca)) await import('./pki.ts').then(({ makePki }) => makePki(pki, now()))
  const ports = await choosePorts(portsWanted(layout), ledger.state().ports)
  ledger.change((state) => ({ ...state, ports: { ...state.ports, ...ports } }))
  makeToken(folder)
  const clients = clientsFor(folder, () => ledger.state().ports)
  const runner: Runner = { ledger, now, binary: engines.binary, credentials: clients.credentials }
  const since = (): string => `${((now().getTime() - begun) / 1_000).toFixed(1).padStart(5)} s`
  const program = engines.outsideProgram()
  const healing = healingUp({ folder, clients, now, outside: () => outsideFound(folder, ledger.state()) })
  for (const fault of healing.faults) say(`${since()}  a drill was cut off: undoing that ${fault}`)
  const folders = {
    folder,
    kwokFiles: engines.files('kwok'),
    outsideProgram: program,
    outsideVersion: versionOf(program),
    ...speedOf(ledger),
  }
  const wanted = enginesOf(layout, ports, folders)
  const run = async (spec: EngineSpec): Promise<void> => {
    if ((await ensureRunning(runner, spec)) === 'started') started.add(spec.id)
    await healing.ready(spec)
  }
  const first = firstStart(wanted, enginesOf(layout, ports, { ...folders, promptly: true }), ledger.state(), run)
  try {
    const tasks = tasksOf({
      plan,
      layout,
      folder,
      files: engines.files,
      now,
      speed: ledger.state().speed ?? 1,
      ports,
      engines: wanted,
      run: (spec) => run(first.of(spec)),
      client: clients.of,
      caBundle: Buffer.from(readFileSync(pki.ca)).toString('base64'),
      karmadaFiles: layout.federations.length === 0 ? '' : engines.files('karmada'),
      kubernetesVersion: engines.versions.kubernetes,
      configureOutside: () => configureOutside(layout, ledger),
    })
    await walk(
      [...tasks, ...first.tasks].map((task) => ({
        ...task,
        run: async () => {
          const noted = (phase: 'begin' | 'done' | 'failed') =>
            write(folder, { at: now().toISOString(), verb: 'up', step: task.id, phase })
          noted('begin')
          try {
            await task.run()
          } catch (error) {
            noted('failed')
            throw error
          }
          noted('done')
          say(`${since()}  ${titleOf(task.id)}`)
        },
      })),
    )
    for (const problem of await healing.done()) say(`not undone yet, and tried again by the next skerry up: ${problem}`)
  } finally {
    clients.close()
  }
}

/** Every time, since it may be another fleet by now; it changes only what changed. */
async function configureOutside(layout: Layout, { folder, state }: Ledger): Promise<void> {
  const { ports, speed = 1 } = state()
  try {
    await outsideFound(folder, state())?.configure(outsideOf(layout, ports, { folder, speed }))
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'EADDRINUSE') throw new PortTaken(outsideId(layout.owner))
    throw error
  }
}

/** Nobody wants their machine to swap: 2,500 control planes are better looked at a few at a time. */
function requireRoom(layout: Layout): void {
  const needed = estimatedMebibytes(layout)
  const free = Math.round(availableBytes() / 1024 / 1024)
  if (needed <= free * 0.9) return
  throw new Refusal(
    'refused',
    `${layout.clusters.length} control planes would take about ${gibibytes(needed)}, and ${gibibytes(free)} are free`,
    'name a few clusters: skerry up --only CLUSTER...',
  )
}

/** On Linux what may still be used, also inside a container; elsewhere caches count as used, so all of it. */
const availableBytes = (): number => (process.platform === 'linux' ? process.availableMemory() : totalmem())

const gibibytes = (mebibytes: number): string => `${(mebibytes / 1024).toFixed(1)} GiB`
