import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const lockModule = new URL('./lock.mjs', import.meta.url).href

/** Four processes want the lock at once; what they wrote while they had it, in order. */
async function fourAtOnce(leftBehind?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [lock, log] = [join(folder, 'a.lock'), join(folder, 'log')]
  if (leftBehind) writeFileSync(lock, leftBehind)
  const program = `
    import { appendFileSync } from 'node:fs'
    import { locked } from ${JSON.stringify(lockModule)}
    await locked(${JSON.stringify(lock)}, () => {}, async () => {
      appendFileSync(${JSON.stringify(log)}, '(')
      await new Promise((done) => setTimeout(done, 30))
      appendFileSync(${JSON.stringify(log)}, ')')
    })`
  const args = ['--input-type=module', '--eval', program]
  await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args)))
  expect(existsSync(lock)).toBe(false)
  return readFileSync(log, 'utf8')
}

test('of several processes only one has the lock at a time, and all have their turn', async () => {
  expect(await fourAtOnce()).toBe('()()()()')
})

test('the lock of a process that is gone is taken over by one', async () => {
  expect(await fourAtOnce('999999999 1')).toBe('()()()()')
})

test('a process that got the pid of the owner by now does not keep the lock', async () => {
  expect(await fourAtOnce(`${process.pid} 1`)).toBe('()()()()')
})
