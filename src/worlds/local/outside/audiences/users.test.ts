// What users do when a part of their world fails within this process.
import { expect, test } from 'vitest'
import { fakeWorld, until } from '../dns/endpoint.case.ts'
import type { AudienceConfig } from './config.ts'
import type { Resolver } from './resolver.ts'
import { users } from './users.ts'

const config: AudienceConfig = {
  ...{ app: 'game', audience: 'east', host: 'game.example.com', path: '/', dnsPort: 53, subnet: '198.18.0.0' },
  ...{ doors: [], resolvers: 1, violators: 0 },
}
const answer = { seconds: 0.01, odds: {} }

function asked(look: (times: number) => Promise<typeof answer | undefined>): Resolver & { times: number } {
  const names = {
    times: 0,
    look: () => {
      names.times += 1
      return look(names.times)
    },
    close: () => undefined,
  }
  return names
}

test('a question that fails is counted, and asked again', async () => {
  const world = fakeWorld(20)
  const names = asked(async (times) => {
    if (times === 2 || times === 3) throw new Error('by accident')
    return answer
  })
  const one = users(config, names, world.surroundings, () => 0.5)
  one.begin(Date.now())
  await until(() => names.times > 5, 10)
  one.stop()
  expect(world.failures).toHaveLength(2)
})

test('a beginning that fails is counted; one without an answer asks on, and leaves others their turn', async () => {
  const world = fakeWorld(20)
  const failing = users(
    config,
    asked(() => Promise.reject(new Error('by accident'))),
    world.surroundings,
    () => 0.5,
  )
  failing.begin(Date.now())
  await until(() => world.failures.length === 1, 5)
  failing.stop()
  const names = asked(async (times) => (times < 4 ? undefined : answer))
  const patient = users(config, names, world.surroundings, () => 0.5)
  patient.begin(Date.now())
  await until(() => patient.state().points.length === 1, 10)
  patient.stop()
  expect(world.failures).toHaveLength(1)
})
