// How long the federation example takes to come up on this machine, and what it holds in memory; a further member; a second up; a look;
// down. Beside it the peer: the same programs with the same arguments started bare, one after another, each until its port answers: what any
// way to run them costs at least. Printed, never asserted; the ratio is the figure to compare. Engines must be installed. npm run bench:local

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { plan, readFleet } from '../src/index.ts'
import { enginesOfMachine } from '../src/worlds/local/binaries.ts'
import type { EngineSpec } from '../src/worlds/local/engine.ts'
import { pkiFiles } from '../src/worlds/local/engines/control-plane.ts'
import { enginesOf, portsWanted } from '../src/worlds/local/engines-of.ts'
import { writeFile } from '../src/worlds/local/folder.ts'
import { layoutOf } from '../src/worlds/local/layout.ts'
import { makeToken } from '../src/worlds/local/outside/found.ts'
import { makePki } from '../src/worlds/local/pki.ts'
import { choosePorts } from '../src/worlds/local/ports.ts'
import { residentBytes } from '../src/worlds/local/process.ts'

const command = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const fleet = fileURLToPath(new URL('../examples/federation', import.meta.url))
const members = ['parent', 'virginia', 'oregon']
const root = mkdtempSync(join(tmpdir(), 'skerry-bench-'))
const env = { ...process.env, SKERRY_STATE: root }

interface Up {
  readonly seconds: number
  readonly started: number
  readonly kept: number
  readonly memory: readonly { readonly mebibytes: number }[]
}

function skerry(...words: readonly string[]): { readonly text: string; readonly seconds: number } {
  const begun = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words, '-f', fleet], {
    ...{ env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  })
  if (status !== 0) throw new Error(`skerry ${words.join(' ')} ended with ${status}: ${stderr}`)
  return { text: stdout, seconds: (performance.now() - begun) / 1_000 }
}

const up = (...only: readonly string[]): Up => JSON.parse(skerry('up', '-o', 'json', '--only', ...only).text) as Up
const mebibytes = ({ memory }: Up): number => memory.reduce((sum, it) => sum + it.mebibytes, 0)

/** The sum over all, and how many answered: some give up without the objects that a bring-up puts before them. */
async function bare(): Promise<{ readonly seconds: number; readonly mebibytes: number; readonly count: number }> {
  const folder = join(root, 'bare')
  mkdirSync(folder)
  const engines = enginesOfMachine(process.env)
  const layout = layoutOf(plan(await readFleet([fleet])), members)
  const ports = await choosePorts(portsWanted(layout), {})
  await makePki(pkiFiles(join(folder, 'pki')), new Date())
  makeToken(folder)
  const specs = enginesOf(layout, ports, {
    folder,
    kwokFiles: engines.files('kwok'),
    outsideProgram: engines.outsideProgram(),
    outsideVersion: '',
  })
  const order = ['outside', 'etcd', 'apiserver']
  const rank = ({ name }: EngineSpec): number => {
    const found = order.findIndex(
      (word) => name === word || (word === 'apiserver' && /^(kube|karmada)-apiserver$/.test(name)),
    )
    return found < 0 ? order.length : found
  }
  const children: ReturnType<typeof spawn>[] = []
  let seconds = 0
  let bytes = 0
  let count = 0
  try {
    for (const spec of [...specs].sort((a, b) => rank(a) - rank(b))) {
      for (const { path, mode, text } of spec.files) writeFile(path, text, mode)
      const begun = performance.now()
      const child = spawn(engines.binary(spec.binary), [...spec.args], {
        ...{ cwd: folder, stdio: 'ignore' as const },
        env: { PATH: '/usr/bin:/bin', HOME: folder, TMPDIR: folder, ...spec.env },
      })
      children.push(child)
      if (!(await answers(spec.ready.port, () => child.exitCode !== null))) continue
      seconds += (performance.now() - begun) / 1_000
      count += 1
    }
    for (const { pid } of children) if (pid !== undefined) bytes += residentBytes(pid)
    return { seconds, mebibytes: Math.round(bytes / 1024 / 1024), count }
  } finally {
    for (const child of children.toReversed()) child.kill('SIGKILL')
  }
}

async function answers(port: number, ended: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline && !ended()) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (there) return true
    await pause(10)
  }
  return false
}

const row = (what: string, seconds: number, rest = ''): void =>
  console.log(`${what.padEnd(44)} ${seconds.toFixed(1).padStart(6)} s  ${rest}`)

try {
  console.log(`load ${loadavg()[0]?.toFixed(1)} on ${process.platform}, Node ${process.versions.node}`)
  const peer = await bare()
  row(`${peer.count} programs bare, one after another`, peer.seconds, `${peer.mebibytes} MiB`)
  const first = up(...members)
  const ratio = `${(first.seconds / peer.seconds).toFixed(2)} × the time, ${(mebibytes(first) / peer.mebibytes).toFixed(2)} × the memory`
  row(`up of federation, ${first.started} engines`, first.seconds, `${mebibytes(first)} MiB   ${ratio} of bare starts`)
  row('status', skerry('status').seconds)
  const second = up(...members)
  row('a second up, nothing changed', second.seconds, `${second.started} started, ${second.kept} kept`)
  const third = up('plant')
  row('a further member', third.seconds, `${mebibytes(third) - mebibytes(second)} MiB more, ${third.started} engines`)
  row('down', skerry('down').seconds)
} finally {
  spawnSync(process.execPath, [command, 'down', '-f', fleet], { env, stdio: 'ignore' })
  rmSync(root, { recursive: true, force: true })
}
