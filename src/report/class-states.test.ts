import { expect, test } from 'vitest'
import { classStates } from '../drill/class-states.ts'
import { events, timeline } from '../drill/drill.case.ts'
import { readFleet } from '../fleet/read.ts'
import { classStatesBrief, classStatesText } from './class-states-text.ts'

const fleet = await readFleet(['examples/stores'])
const told = (...happened: Parameters<typeof events>[0]) => {
  const [states] = classStates(fleet, timeline({ length: 900, events: events(happened) }))
  if (states === undefined) throw new Error('no class')
  return states
}
const group = (states: ReturnType<typeof told>, label: string, value: string) =>
  states.by.find((one) => one.label === label)?.groups.find((one) => one.value === value)

test('stores that no event speaks of served, were heard of and followed Git', () => {
  expect(told()).toMatchObject({ class: 'store', sites: 2500, unserved: { ever: 0 }, behind: { ever: 0 } })
  expect(classStatesText(told())).toBe(
    'All 2,500 sites of the class store served all the time, were heard of and followed Git.',
  )
})

test('a store on its own is not heard of and behind Git, in its ring, Region and state alone', () => {
  const states = told(
    [60, 'site/store-1889', 'uplink', 'up', 'down'],
    [660, 'site/store-1889', 'uplink', 'down', 'up'],
    [700, 'cluster/store-1889', 'source', null, 'fetched'],
  )
  const once = { ever: 1, atEnd: 0 }
  expect(states).toMatchObject({ unserved: { ever: 0 }, unheard: once, behind: once })
  expect(group(states, 'ring', 'rest')).toMatchObject({ unheard: once })
  expect(group(states, 'ring', 'canary')).toMatchObject({ sites: 25, unheard: { ever: 0 } })
  expect(group(states, 'state', 'AK')).toMatchObject({ sites: 11, behind: once })
  expect(classStatesBrief(states)).toBe(
    '  Of 2,500 sites of the class store: 1 not heard of and 1 behind Git at some time.',
  )
  const text = classStatesText(states)
  expect(text).toMatch(/ring rest +2,225 +2,225 +1 +1\n/)
  expect(text).toMatch(/49 other states +2,489 +2,489 +0 +0/)
})

test('what is still so when the drill ends is said in brackets', () => {
  const states = told(
    [60, 'door/point-of-sale/store-0020', 'answers', 1, 0],
    [60, 'git/fleet', 'reachable', true, false],
  )
  expect(states).toMatchObject({ unserved: { ever: 1, atEnd: 1 }, behind: { ever: 2500, atEnd: 2500 } })
  expect(classStatesText(states)).toMatch(/all +2,500 +2,499 +1 \(1\) +2,500 \(2,500\)/)
})

test('who manages them is gone: the stores run on, and only those of that data centre are unmanaged', () => {
  const states = told([60, 'cluster/hq-east', 'management', true, false])
  expect(states.unserved.ever).toBe(0)
  expect(states.unmanaged).toEqual({ ever: 1586, atEnd: 1586 })
  expect(group(states, 'region', 'west')?.unmanaged.ever).toBe(0)
})
