import { expect, test } from 'vitest'
import { ask } from './ask.ts'
import { Door, fakeWorld } from './dns/endpoint.case.ts'

test('a path that no request can be written with is answered by nobody, and nothing is thrown', async () => {
  const door = new Door('127.0.0.1')
  const port = await door.open(0)
  const to = { address: '127.0.0.1', port, crosses: [], protocol: 'http', host: 'game.example.com' } as const
  const patience = { connect: 1_000, response: 1_000 }
  try {
    expect(await ask({ ...to, path: '/a b' }, patience, fakeWorld(1).surroundings)).toEqual({ kind: 'refused' })
    expect(await ask({ ...to, path: '/' }, patience, fakeWorld(1).surroundings)).toMatchObject({ status: 200 })
  } finally {
    await door.close()
  }
})
