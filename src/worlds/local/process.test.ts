import { spawn } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import type { ProcessId } from './process.ts'
import { isOurs, startTimeOf, tokenName } from './process.ts'

const begun: ReturnType<typeof spawn>[] = []
afterEach(() => {
  for (const child of begun.splice(0)) child.kill('SIGKILL')
})

function sleeping(token?: string): ProcessId {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', env: token === undefined ? {} : { [tokenName]: token } })
  begun.push(child)
  const pid = child.pid ?? 0
  return { pid, startTime: startTimeOf(pid) ?? '' }
}

test('a process is ours by its token and its start time together', () => {
  const it = sleeping('run:engine:1')
  expect(isOurs(it, 'run:engine:1')).toBe(true)
  expect(isOurs(it, 'run:engine:2')).toBe(false)
  expect(isOurs({ ...it, startTime: '1' }, 'run:engine:1')).toBe(false)
  expect(isOurs(sleeping(), 'run:engine:1')).toBe(false)
})

test('one that is just becoming another program shows no environment yet: it is looked at again, not taken for gone', () => {
  const it = sleeping('run:engine:1')
  let looks = 0
  const late = () => {
    looks += 1
    return looks < 4 ? '' : `HOME=/\0${tokenName}=run:engine:1\0`
  }
  expect(isOurs(it, 'run:engine:1', late)).toBe(true)
  expect(looks).toBe(4)
})
