// The last resort of the process outside, seen from within and, in a process of its own, from outside.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { choosePorts } from '../ports.ts'
import { outsideAt } from './client.ts'
import { until } from './dns/endpoint.case.ts'
import { failuresNoted } from './failures.ts'
import { outside } from './outside.ts'
import { outsideProgram } from './program.ts'

let child: ChildProcess | undefined
const folder = mkdtempSync(join(tmpdir(), 'skerry-failures-'))
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('a failure that nobody caught is written with its stack and counted, and the process goes on', async () => {
  const port = (await choosePorts({ outside: ['control'] }, {})).outside?.control ?? 0
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, 'abc\n')
  const accidents = `process.on('SIGUSR2', () => { Promise.reject(new Error('forgotten')); throw new Error('by accident') })`
  child = spawn(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(accidents)}`,
      ...[outsideProgram(), '--control', `${port}`, '--token', tokenFile],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  await until(() => log.includes('control on'), 20)
  const client = outsideAt(port, 'abc')
  expect(await client.state()).toMatchObject({ failures: 0 })
  child.kill('SIGUSR2')
  await until(() => log.includes('by accident') && log.includes('forgotten'), 10)
  expect(await client.state()).toMatchObject({ failures: 2 })
  expect(log).toMatch(/by accident\n +at /)
  // nobody reads the log any more: that is no reason to end either
  child.stdout?.destroy()
  child.kill('SIGUSR2')
  await until(async () => (await client.state()).failures === 4, 10)
  const ended = new Promise((resolve) => child?.once('exit', resolve))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}, 40_000)

test('one that comes again and again does not fill the log', () => {
  const lines: string[] = []
  const failures = failuresNoted((line) => void lines.push(line))
  for (let index = 0; index < 3_000; index += 1) failures.note(index === 0 ? 'no error at all' : new Error('again'))
  expect(failures.count()).toBe(3_000)
  expect(lines).toHaveLength(1_000)
  expect(lines[0]).toContain('no error at all')
  expect(lines.at(-1)).toContain('only counted')
})

test('a part that cannot be configured is told, and those after it are configured all the same', async () => {
  const world = outside(() => undefined)
  const taken = (await choosePorts({ x: ['a', 'git'] }, {})).x
  const [a = 0, git = 0] = [taken?.a, taken?.git]
  try {
    const one = { listen: a, target: a, crosses: [] }
    const links = [
      { id: '1', ...one },
      { id: '2', ...one },
    ]
    const repositories = { port: git, git: folder, charts: folder }
    await expect(
      world.configure({
        ...{ version: 1, fleet: 'fleet', speed: 1, pki: '', links, doors: [], dns: undefined, audiences: [] },
        repositories,
      }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect((await fetch(`http://127.0.0.1:${git}/nothing`)).status).toBe(404)
  } finally {
    await world.close()
  }
})
