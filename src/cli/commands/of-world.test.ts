import { expect, test } from 'vitest'
import { refuseFlagsOfLocal, refuseFlagsOfReal } from './of-world.ts'

test('a flag of this machine is not passed over on real places: the whole fleet would be made where one cluster was asked for', () => {
  expect(() => refuseFlagsOfLocal({ only: ['virginia'], yes: true }, 'up')).toThrow('--only is for this machine')
  expect(() => refuseFlagsOfLocal({ speed: '10' }, 'up')).toThrow('--speed is for this machine')
  expect(() => refuseFlagsOfLocal({ all: true }, 'down')).toThrow('--all is for this machine')
  expect(() => refuseFlagsOfLocal({ yes: true, ledger: 's3://one/two', atOnce: '4' }, 'up')).not.toThrow()
})

test('nor is a flag of real places on this machine: a pipeline that forgot --on real would take its fleet for gone', () => {
  for (const options of [
    { atOnce: '4' },
    { ledger: 's3://one/two' },
    { onlyPreflight: true },
    { protectOff: ['x'] },
    { retain: ['x/y'] },
    { takeOver: true },
  ])
    expect(() => refuseFlagsOfReal(options, 'down')).toThrow('is for --on real')
  expect(() => refuseFlagsOfReal({ yes: true, only: ['virginia'], all: true }, 'up')).not.toThrow()
})
