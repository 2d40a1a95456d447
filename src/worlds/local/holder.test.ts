// One run at a time, and nothing to break after a kill.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hold, living } from './holder.ts'
import { startTimeOf } from './process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-hold-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the second is refused, with the name of the first, and may come after it', async () => {
  const release = await hold(folder, 'up')
  await expect(hold(folder, 'down')).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(
      new RegExp(`^skerry up \\(process ${process.pid}, since 20.*\\) is at work on this fleet$`),
    ),
  })
  release()
  const again = await hold(folder, 'down')
  again()
  expect(readdirSync(folder)).toEqual([])
})

test('of many who come at once at most one holds it, and none is left behind', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => hold(folder, 'up')))
  const holding = answers.filter((answer) => answer.status === 'fulfilled')
  expect(holding.length).toBeLessThanOrEqual(1)
  expect(living(folder).length).toBe(holding.length)
  for (const { value } of holding) value()
  ;(await hold(folder, 'up'))()
})

test('the claim of a process that was killed, or whose pid is another program’s by now, is worth nothing', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  const pid = other.pid ?? 0
  const startTime = startTimeOf(pid)
  try {
    const claim = (name: string, start: string | undefined) =>
      writeFileSync(join(folder, name), JSON.stringify({ verb: 'up', pid, since: 'yesterday', startTime: start }))
    claim('holder.1.reused.00', '1')
    ;(await hold(folder, 'up'))()
    claim('holder.1.living.00', startTime)
    await expect(hold(folder, 'up')).rejects.toMatchObject({ message: expect.stringContaining(`process ${pid}`) })
  } finally {
    const gone = new Promise((resolve) => other.once('exit', resolve))
    other.kill('SIGKILL')
    await gone
  }
  ;(await hold(folder, 'up'))()
  expect(readdirSync(folder)).toEqual([])
})
