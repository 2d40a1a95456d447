// Watches against a server of a few lines, over a way that can be cut.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FakeApi, FakeObject, FakeWay } from '../local/testing/fake-api.case.ts'
import { fakeApi, fakeWay } from '../local/testing/fake-api.case.ts'
import { until } from './until.ts'
import type { Heard, Patience } from './watch.ts'
import { connectionTo, watch } from './watch.ts'

const pods = '/api/v1/pods'
const quick: Patience = {
  ...{ firstSeconds: 0.02, lastSeconds: 0.1, connectSeconds: 0.5 },
  ...{ silenceSeconds: 0.2, pingSeconds: 0.2 },
}
const pod = (name: string, more: Readonly<Record<string, unknown>> = {}): FakeObject => ({
  metadata: { name },
  ...more,
})

let api: FakeApi
let way: FakeWay
const open: { close(): void }[] = []
beforeAll(async () => {
  api = await fakeApi()
})
beforeEach(async () => {
  way = await fakeWay(api.port)
  for (const name of ['a', 'b', 'c', 'd']) api.remove(pods, name)
  api.put(pods, pod('a'))
  api.asked.length = 0
})
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  await way.close()
})
afterAll(() => api.close())

/** What is heard, as words. */
function listening(): { readonly words: string[]; readonly heard: Heard<FakeObject> } {
  const words: string[] = []
  return {
    words,
    heard: {
      onSync: (list) => words.push(`all: ${list.map(({ metadata }) => metadata.name).join(' ')}`),
      onObject: (type, { metadata }) => words.push(`${type} ${metadata.name}`),
      onTouch: (inTouch) => words.push(inTouch ? 'in touch' : 'out of touch'),
    },
  }
}

const start = (port: number, path = pods) => {
  const { words, heard } = listening()
  open.push(watch({ port, credentials: api.credentials }, path, heard, quick))
  return words
}
const hears = (words: readonly string[], word: string) =>
  until(`"${word}"`, async () => (words.includes(word) ? true : undefined), { seconds: 5, everyMs: 5 })

test('first comes all that there is, then each change', async () => {
  const words = start(way.port)
  await hears(words, 'in touch')
  api.put(pods, pod('b'))
  api.put(pods, pod('b', { spec: 'x'.repeat(200_000) }))
  api.remove(pods, 'a')
  await hears(words, 'DELETED a')
  expect(words).toEqual(['all: a', 'in touch', 'ADDED b', 'MODIFIED b', 'DELETED a'])
})

test('a connection that was closed is made again, and goes on from what was heard last, bookmarks counted', async () => {
  const words = start(way.port)
  await hears(words, 'in touch')
  api.bookmark()
  await new Promise((done) => setTimeout(done, 50))
  api.compact()
  api.hangUp()
  api.put(pods, pod('b'))
  await hears(words, 'ADDED b')
  expect(words).toEqual(['all: a', 'in touch', 'out of touch', 'in touch', 'ADDED b'])
})

test('where the server has forgotten what was missed, all is listed again', async () => {
  const words = start(way.port)
  await hears(words, 'in touch')
  way.cut()
  api.put(pods, pod('b'))
  api.remove(pods, 'a')
  api.put(pods, pod('c'))
  api.compact()
  await hears(words, 'out of touch')
  way.heal()
  await hears(words, 'all: b c')
  await until('touch', async () => (words.at(-1) === 'in touch' ? true : undefined), { seconds: 5, everyMs: 5 })
  expect(words.filter((word) => word.startsWith('DELETED'))).toEqual([])
})

test('a short cut is only a delay: the connection lives, and what was held comes', async () => {
  const words = start(way.port)
  await hears(words, 'in touch')
  way.cut()
  api.put(pods, pod('b'))
  await new Promise((done) => setTimeout(done, 100))
  expect(words).toEqual(['all: a', 'in touch'])
  way.heal()
  await hears(words, 'ADDED b')
  expect(words).toEqual(['all: a', 'in touch', 'ADDED b'])
})

test('silence alone is not taken for a cut: pings are answered, for as long as nothing happens', async () => {
  const words = start(way.port)
  await hears(words, 'in touch')
  await new Promise((done) => setTimeout(done, 1_500))
  expect(words).toEqual(['all: a', 'in touch'])
  way.cut()
  await hears(words, 'out of touch')
})

test('a kind that is not served yet is asked for again', async () => {
  const words = start(way.port, '/apis/late/v1/things')
  await new Promise((done) => setTimeout(done, 60))
  expect(words).toEqual([])
  api.put('/apis/late/v1/things', pod('late'))
  await hears(words, 'all: late')
})

test('watches of one connection share it, and each is closed by itself', async () => {
  api.put('/api/v1/nodes', pod('n'))
  const connection = connectionTo({ port: way.port, credentials: api.credentials }, quick)
  open.push(connection)
  const [first, second] = [listening(), listening()]
  const one = connection.watch(pods, first.heard)
  connection.watch('/api/v1/nodes?labelSelector=x', second.heard)
  await hears(first.words, 'in touch')
  await hears(second.words, 'in touch')
  expect(api.asked).toContain('/api/v1/nodes?labelSelector=x')
  one.close()
  api.put(pods, pod('b'))
  api.put('/api/v1/nodes', pod('m'))
  await hears(second.words, 'ADDED m')
  expect(first.words).toEqual(['all: a', 'in touch'])
})
