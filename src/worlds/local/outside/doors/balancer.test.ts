// The load balancer by a clock of its own: what it registers and when, and what its checks make of it.
import { beforeEach, expect, test } from 'vitest'
import { controllerCheck } from '../../../../timers/load-balancer.ts'
import type { Balancer, Found } from './balancer.ts'
import { balancer } from './balancer.ts'
import type { Clock } from './testing/clock.case.ts'
import { clock } from './testing/clock.case.ts'

let time: Clock
let pods: Map<string, string>
let found: Record<string, Found>
let by: 'controller' | 'api' | 'door' | undefined
let power: boolean
let told: string[]
let it: Balancer

const build = (speed = 1, random = 0.5): void => {
  time = clock(random)
  pods = new Map()
  found = {}
  by = undefined
  power = true
  told = []
  it = balancer(
    controllerCheck,
    {
      desired: () => pods,
      blocked: () => by,
      stands: () => power,
      find: (uid) => found[uid] ?? 'answers',
      speed: () => speed,
      changed: (what, from, to) => told.push(`${(time.now() / 1_000).toFixed(1)} ${what} ${from} -> ${to}`),
    },
    time,
  )
}
const has = (...names: readonly string[]): void => {
  pods = new Map(names.map((name) => [name, name]))
  it.review()
}
beforeEach(() => build())

test('a ready pod is registered within the bounds of the twin, and healthy after one check', () => {
  has('a')
  time.pass(30)
  expect(told).toEqual(['1.8 targets 0 -> 1', '9.3 healthyTargets 0 -> 1'])
  expect(it.routed().map(({ name }) => name)).toEqual(['a'])
})

test('all of it is shorter by the speed', () => {
  build(10)
  has('a')
  time.pass(3)
  expect(told).toEqual(['0.2 targets 0 -> 1', '0.9 healthyTargets 0 -> 1'])
})

test('targets that refuse are found by two checks; silent ones by two that time out; well again by two', () => {
  has('a', 'b')
  time.pass(60)
  told = []
  found = { a: 'refuse' }
  time.pass(40)
  expect(told).toEqual(['84.3 healthyTargets 2 -> 1'])
  found = { a: 'answers', b: 'blackhole' }
  time.pass(60)
  expect(told.slice(1)).toEqual(['129.3 healthyTargets 1 -> 2', '134.3 healthyTargets 2 -> 1'])
})

test('one failed check is none', () => {
  has('a')
  time.pass(60)
  told = []
  found = { a: 'refuse' }
  time.pass(10)
  found = {}
  time.pass(100)
  expect(told).toEqual([])
})

test('with no healthy target it sends to all of them', () => {
  has('a', 'b')
  time.pass(30)
  found = { a: 'refuse', b: 'refuse' }
  time.pass(60)
  expect(it.healthy()).toBe(0)
  expect(it.routed()).toHaveLength(2)
})

test('while its controller is out of touch nothing is registered; back, it catches up', () => {
  has('a', 'b')
  time.pass(30)
  told = []
  by = 'controller'
  has('b', 'c')
  time.pass(100)
  expect(told).toEqual([])
  expect(it.blocked()).toBe('controller')
  by = undefined
  it.review()
  time.pass(2)
  expect(told).toEqual(['131.8 targets 2 -> 2', '131.8 healthyTargets 2 -> 1'])
})

test('where the API of the load balancers is away, it is tried again after as much as the outage took', () => {
  by = 'api'
  has('a')
  time.pass(200)
  by = undefined
  it.review()
  time.pass(99)
  expect(told).toEqual([])
  time.pass(3)
  expect(told).toEqual(['300.0 targets 0 -> 1'])
})

test('one that becomes impossible while it is under way waits', () => {
  has('a')
  time.pass(1)
  by = 'door'
  time.pass(10)
  expect(told).toEqual([])
  by = undefined
  it.review()
  time.pass(3)
  expect(told).toEqual(['12.8 targets 0 -> 1'])
})

test('without power it asks nobody, and holds what it held', () => {
  has('a')
  time.pass(30)
  told = []
  power = false
  found = { a: 'blackhole' }
  time.pass(100)
  expect(told).toEqual([])
  power = true
  time.pass(40)
  expect(told).toEqual(['164.3 healthyTargets 1 -> 0'])
})

test('deleted, it holds nothing, and nothing goes on', () => {
  has('a')
  time.pass(30)
  told = []
  it.clear()
  expect(told).toEqual(['30.0 targets 1 -> 0', '30.0 healthyTargets 1 -> 0'])
  expect(time.waiting()).toBe(0)
})
