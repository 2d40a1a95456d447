// The doors of a copy over real sockets: an API server of a few lines, a way to it that can be cut, and clients of their own. A drill is
// played at a speed of 100.
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../../kube/until.ts'
import { eager } from '../../../kube/watch.ts'
import type { FakeApi, FakeWay } from '../../testing/fake-api.case.ts'
import { fakeApi, fakeWay } from '../../testing/fake-api.case.ts'
import type { Conditions, HopState } from '../conditions.ts'
import { allWell } from '../conditions.ts'
import { dial } from '../dial.ts'
import type { Surroundings } from '../part.ts'
import type { DoorConfig } from './config.ts'
import { targetsPath } from './config.ts'
import type { DoorState } from './door.ts'
import type { DoorsPart } from './index.ts'
import { doors } from './index.ts'
import type { FakeSite } from './testing/site.case.ts'
import { fakeSite, gameAt } from './testing/site.case.ts'
import { realTiming } from './timing.ts'

const speed = 100
const site = 'copy/game/la'
const door = 'door/game/la'

let api: FakeApi
let way: FakeWay
let at: FakeSite
let part: DoorsPart
let port: number
let conditions: Conditions
let told: string[]

const surroundings: Surroundings = {
  conditions: () => conditions,
  tell: ({ subject, what, from, to }) => void told.push(`${subject} ${what} ${from} -> ${to}`),
  speed: () => speed,
  say: () => undefined,
  failed: (failure) => {
    throw failure
  },
}
const patience = { api: { ...eager, firstSeconds: 0.02 }, site: { ...eager, firstSeconds: 0.02 } }

beforeEach(async () => {
  api = await fakeApi()
  way = await fakeWay(api.port)
  at = fakeSite(api)
  conditions = allWell
  told = []
  port = await freePort()
  part = doors(surroundings, realTiming, patience)
  at.node('oregon-1', 'oregon', 'True')
  at.node('edge-1', 'la', 'True')
  at.node('edge-2', 'la', 'True')
})
afterEach(async () => {
  await part.close()
  await way.close()
  await api.close()
})

const start = async (more: Partial<DoorConfig> = {}): Promise<DoorConfig> => {
  const config = gameAt({ api: api.port, link: way.port }, port, more)
  await part.configure({ pki: api.pki, doors: [config] })
  return config
}
const set = (hops: Readonly<Record<string, HopState>>, more: Partial<Conditions> = {}): void => {
  conditions = { ...allWell, hops, ...more }
  part.conditionsChanged()
}
/** The link is cut in both ways of looking at it: its bytes stop, and the hop says so. */
const cutLink = (): void => {
  way.cut()
  set({ 'site/la/serviceLink': { cut: 'blackhole' } })
}
const healLink = (): void => {
  way.heal()
  set({})
}
const state = (): DoorState => part.state()[0] as DoorState
const soon = (what: string, so: () => boolean) =>
  until(what, async () => (so() ? true : undefined), { seconds: 20, everyMs: 5 })
const rest = (ms: number) => new Promise((done) => setTimeout(done, ms))
const fetchFrom = async (address: string, path = '/') => {
  const answer = await fetch(`http://${address}:${port}${path}`, { headers: { connection: 'close' } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const publicDoor = '127.77.0.1'
const lanDoor = '127.77.0.2'
const well = () =>
  soon('both doors answer', () => state().answers === 1 && state().lanAnswers === 1 && state().healthy === 2)

test('what is ready is registered, checked, and answers at both doors with its name', async () => {
  await start()
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 503 })
  at.pod('a', {})
  at.pod('b', { node: 'edge-2' })
  await well()
  const answer = await fetchFrom(publicDoor)
  expect(answer).toMatchObject({ status: 200, body: { app: 'game', site: 'la', door: 'public' } })
  expect(['a', 'b']).toContain(answer.body.pod)
  expect(await fetchFrom(lanDoor)).toMatchObject({ status: 200, body: { door: 'lan' } })
  expect(await fetchFrom(publicDoor, targetsPath)).toEqual({ status: 200, body: { targets: 2, healthy: 2 } })
  expect(told.filter((line) => line.startsWith(site))).toEqual([`${site} serving 0 -> 2`])
  expect(told.filter((line) => line.includes(' targets '))).toEqual([`${door} targets 0 -> 2`])
  expect(told.filter((line) => line.includes(' answers '))).toEqual([`${door} answers 0 -> 1`])
  expect(told.filter((line) => line.includes('healthy')).at(-1)).toMatch(/-> 2$/)
})

test('cut off, its pods evicted in the API: the LAN goes on, the public door loses them; the outage of the LAN comes when it is healed', async () => {
  await start()
  at.pod('a', {})
  at.pod('b', { node: 'edge-2' })
  await well()
  told.length = 0

  cutLink()
  await soon('nothing comes through from the Region', () => state().answers === 0)
  expect(await fetchFrom(lanDoor)).toMatchObject({ status: 200 })

  // the control plane calls the nodes Unknown, the pods not ready, and evicts them: they are to be deleted, and nobody does it
  for (const [name, node] of [
    ['a', 'edge-1'],
    ['b', 'edge-2'],
  ] as const) {
    at.node(node, 'la', 'Unknown')
    at.pod(name, { ready: false, deleted: true, node })
  }
  await soon('the load balancer lets go of them', () => state().targets.length === 0)
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 503 })
  expect(await fetchFrom(lanDoor)).toMatchObject({ status: 200 })
  expect(state()).toMatchObject({ serving: 2, lanAnswers: 1 })
  expect(told).not.toContain(`${site} serving 2 -> 0`)

  healLink()
  await soon('the site has heard that its pods are no endpoints', () => state().lanAnswers === 0)
  expect(state().serving).toBe(2)
  at.removePod('a')
  at.removePod('b')
  await soon('its kubelets have stopped them', () => told.includes(`${site} serving 2 -> 0`) || state().serving === 0)
  await expect(fetchFrom(lanDoor)).rejects.toThrow('fetch failed')
})

test('pods removed by force while their site is cut off run on there until it hears of it', async () => {
  await start()
  at.pod('a', {})
  at.pod('b', {})
  await well()
  cutLink()
  at.removePod('a')
  at.removePod('b')
  await soon('the load balancer lets go of them', () => state().targets.length === 0)
  expect(state().serving).toBe(2)
  expect(await fetchFrom(lanDoor)).toMatchObject({ status: 200 })
  healLink()
  await soon('they are stopped', () => state().serving === 0)
})

test('not ready for the API alone, pods go on as targets: their containers are, and their node is Ready', async () => {
  await start()
  at.pod('a', {})
  await soon('a target', () => state().healthy === 1)
  at.pod('a', { ready: false })
  await rest(100)
  expect(state()).toMatchObject({ answers: 1, serving: 1, healthy: 1 })
  at.node('edge-1', 'la', 'Unknown')
  at.pod('b', { node: 'edge-2' })
  await soon(
    'only the ready one is left',
    () =>
      state()
        .targets.map(({ name }) => name)
        .join() === 'b',
  )
  // with none that is ready, those on Unknown nodes are better than nothing
  at.pod('b', { ready: false, containersReady: false, node: 'edge-2' })
  await soon(
    'the controller fails open',
    () =>
      state()
        .targets.map(({ name }) => name)
        .join() === 'a',
  )
})

test('a site without power: silence; and what ran there runs again when it was started anew', async () => {
  await start()
  at.pod('a', {})
  at.pod('b', { node: 'edge-2' })
  await well()
  told.length = 0
  set({ 'site/la/power': { cut: 'blackhole' } })
  await soon('nothing answers', () => told.length >= 2)
  expect(told.slice(0, 2)).toEqual([`${site} serving 2 -> 0`, `${door} answers 1 -> 0`])
  expect(state().lanAnswers).toBe(0)
  await expect(fetch(`http://${lanDoor}:${port}`, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout')
  // a load balancer in the Region takes the request, and waits for its target
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 504 })
  await soon('its checks have failed', () => state().healthy === 0)

  set({})
  await rest(50)
  expect(state().serving).toBe(0)
  at.pod('a', { ready: false, containersReady: false })
  at.pod('a', {})
  await soon('one is back', () => state().serving === 1)
})

test('machines that boot without a word of their kubelets serve when that has taken long enough', async () => {
  await start()
  at.pod('a', {})
  await soon('it serves', () => state().serving === 1)
  set({ 'site/la/power': { cut: 'blackhole' } })
  await soon('dark', () => state().serving === 0)
  const begun = performance.now()
  set({})
  await until('light', async () => (state().serving === 1 ? true : undefined), { seconds: 10, everyMs: 50 })
  expect(performance.now() - begun).toBeGreaterThan(5_000)
})

test('a node alone without power takes its pods along', async () => {
  await start()
  at.pod('a', {})
  at.pod('b', { node: 'edge-2' })
  await well()
  told.length = 0
  at.node('edge-2', 'la', 'True', { 'skerry.dev/off': 'true' })
  await soon('found by the checks', () => told.length === 4)
  expect(told).toEqual([
    `${site} serving 2 -> 1`,
    `${door} answers 1 -> 0.5`,
    `${door} healthyTargets 2 -> 1`,
    `${door} answers 0.5 -> 1`,
  ])
})

test('a crash is refused: 502 from a load balancer, until its checks have seen it', async () => {
  await start({ check: { intervalSeconds: 100, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 } })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  at.pod('a', { annotations: { 'skerry.dev/crashed': 'true' } })
  await soon('it serves nobody', () => state().serving === 0)
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 502 })
})

/** What a client hears that comes over hops, and has half a second of patience. */
async function heard(): Promise<string> {
  const to = { address: publicDoor, port, crosses: ['site/la/internet'] }
  const patience = AbortSignal.timeout(500)
  try {
    const socket = await dial(to, surroundings, patience)
    return (await new Promise((resolve) => {
      patience.addEventListener('abort', () => resolve('late'))
      socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? ''))
      socket.once('close', () => resolve('broken off'))
      socket.once('error', () => resolve('broken off'))
      socket.write('GET / HTTP/1.1\r\nhost: game.example.com\r\n\r\n')
    }).finally(() => socket.destroy())) as string
  } catch (error) {
    return patience.aborted ? 'silent' : ((error as { code?: string }).code ?? '')
  }
}

test('checkers and users behind a cut never come as far; who is there already is silent or broken off', async () => {
  await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().lanAnswers === 1)
  expect(await heard()).toBe('HTTP/1.1 200 OK')
  set({ 'site/la/internet': { cut: 'blackhole' } })
  expect(await heard()).toBe('silent')
  const waiting = fetchFrom(publicDoor)
  await rest(100)
  set({ 'site/la/internet': { cut: 'refuse' } })
  await expect(waiting).rejects.toThrow('fetch failed')
  expect(await heard()).toBe('ECONNREFUSED')
  await expect(fetchFrom(publicDoor)).rejects.toThrow('fetch failed')
  // the public way is not that of the LAN, nor of what the load balancer says of itself
  expect(await fetchFrom(lanDoor)).toMatchObject({ status: 200 })
})

test('held back by a black hole, a request is answered when it is healed', async () => {
  await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  set({ 'site/la/internet': { cut: 'blackhole' } })
  const waiting = fetchFrom(publicDoor)
  await rest(100)
  set({})
  expect(await waiting).toMatchObject({ status: 200 })
})

test('a slow copy answers late, in real seconds', async () => {
  await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().lanAnswers === 1)
  set({}, { late: { 'game/la': 0.8 } })
  expect(await heard()).toBe('late')
  const begun = performance.now()
  await fetchFrom(lanDoor)
  expect(performance.now() - begun).toBeGreaterThan(790)
})

test('a check of PowerDNS on a dead port finds nobody, and users are answered all the same', async () => {
  await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  const asked = (agent: string) =>
    fetch(`http://${publicDoor}:${port}/`, {
      headers: { connection: 'close', 'user-agent': agent },
      signal: AbortSignal.timeout(500),
    }).then(
      ({ status }) => status,
      () => 'nobody',
    )
  expect(await asked('PowerDNS Authoritative Server')).toBe(200)
  const checkPorts = { 'game/la': 801 }
  for (const cut of ['blackhole', 'refuse'] as const) {
    set({ 'checkPort/game/la': { cut } }, { checkPorts })
    expect(await asked('PowerDNS Authoritative Server')).toBe('nobody')
    expect(await asked('curl')).toBe(200)
  }
  set({})
  expect(await asked('PowerDNS Authoritative Server')).toBe(200)
})

test('a load balancer at a site that is cut off is not told of its targets until the site is back', async () => {
  await start({ stands: 'here', toPods: { la: [], oregon: [] } })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().healthy === 1)
  cutLink()
  at.node('edge-1', 'la', 'Unknown')
  at.pod('a', { ready: false, deleted: true })
  await soon('it is held back', () => state().blocked === 'door')
  await rest(200)
  expect(state()).toMatchObject({ answers: 1, healthy: 1 })
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 200 })
  healLink()
  await soon('it lets go', () => state().targets.length === 0)
})

test('where the controller itself runs at the site that is cut off, nobody tells the load balancer anything', async () => {
  await start({ controllers: ['la'] })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().healthy === 1)
  cutLink()
  at.pod('b', { node: 'edge-2' })
  await rest(200)
  expect(state()).toMatchObject({ answers: 0, targets: [{ name: 'a' }] })
  healLink()
  await soon('it catches up', () => state().targets.length === 2 && state().answers === 1)
})

test('a proxy follows what its site knows: cut off it keeps the last', async () => {
  await start({ kind: 'proxy', stands: 'here', toPods: { la: [], oregon: [] } })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  cutLink()
  at.pod('a', { ready: false, deleted: true })
  at.pod('b', { node: 'edge-2' })
  await rest(200)
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 200, body: { pod: 'a' } })
  healLink()
  await soon(
    'it follows',
    () =>
      state()
        .targets.map(({ name }) => name)
        .join() === 'b',
  )
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 200, body: { pod: 'b' } })
  expect(told.filter((line) => line.includes('targets'))).toEqual([`${door} targets 0 -> 1`, `${door} targets 1 -> 1`])
})

test('where cluster DNS is on the far side of a cut, every target is healthy and nobody is answered', async () => {
  await start({
    ...{ stands: 'here', toPods: { la: [], oregon: [] } },
    clusterDns: [{ site: 'oregon', crosses: ['site/la/serviceLink', 'site/oregon/power'] }],
  })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().healthy === 1)
  told.length = 0
  cutLink()
  await soon('names are forgotten', () => told.length === 2)
  expect(told).toEqual([`${site} lookups work -> fail`, `${door} answers 1 -> 0`])
  expect(state()).toMatchObject({ serving: 1, healthy: 1 })
  expect(await heard()).toBe('late')
  healLink()
  await soon('names are answered', () => told.length === 4)
  expect(await heard()).toBe('HTTP/1.1 200 OK')
})

test('an Ingress deleted takes its load balancer along; put back, another one is made, under another name', async () => {
  at.ingress(true)
  await start({ ingress: 'game' })
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  at.ingress(false)
  await soon('it is gone', () => state().deleted === true && state().answers === 0)
  await expect(fetchFrom(publicDoor)).rejects.toThrow('fetch failed')
  told.length = 0
  at.ingress(true)
  await soon('it is made anew', () => told[0] === `${door} made null -> true`)
  await soon('it would answer', () => state().answers === 1)
  await expect(fetchFrom(publicDoor)).rejects.toThrow('fetch failed')
  await start({ ingress: 'game' })
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 200 })
})

test('the API server gone and back: the doors go on with what they know, and catch up', async () => {
  await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1)
  api.hangUp()
  await rest(50)
  expect(await fetchFrom(publicDoor)).toMatchObject({ status: 200 })
  at.pod('b', { node: 'edge-2' })
  await soon('it has heard', () => state().targets.length === 2)
})

test('configured again, only what changed is made anew; what is left out gives its address back', async () => {
  const config = await start()
  at.pod('a', {})
  await soon('it answers', () => state().answers === 1 && state().healthy === 1)
  told.length = 0
  const other: DoorConfig = { ...config, app: 'other', public: undefined, lan: undefined, pods: { app: 'other' } }
  await part.configure({ pki: api.pki, doors: [config, other] })
  expect(part.state().map(({ app }) => app)).toEqual(['game', 'other'])
  expect(told).toEqual([])
  await part.configure({ pki: api.pki, doors: [] })
  await expect(fetchFrom(publicDoor)).rejects.toThrow('fetch failed')
  await part.configure({ pki: api.pki, doors: [config] })
  await soon('it answers again', () => state().answers === 1)
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port: free } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return free
}
