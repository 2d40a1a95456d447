import { expect, test, vi } from 'vitest'
import { needs } from './needs.ts'

test('a tool that is there lets the test run, and is asked for once', () => {
  const probe = vi.fn(() => true)
  const skip = vi.fn()
  const guard = needs('etcd', probe, true)
  guard({ skip })
  guard({ skip })
  expect(skip).not.toHaveBeenCalled()
  expect(probe).toHaveBeenCalledTimes(1)
})

test('on a person’s machine a missing tool skips the test with the reason', () => {
  const skip = vi.fn()
  needs('etcd', () => 'not built', false)({ skip })
  needs('git', () => false, false)({ skip })
  expect(skip.mock.calls).toEqual([['needs etcd: not built'], ['needs git: not found']])
})

test('with CI=true a missing tool fails the test', () => {
  expect(() => needs('etcd', () => 'not built', true)({ skip: vi.fn() })).toThrow('needs etcd: not built')
})
