// Runs the Go toolchain: which one there is, a build with what it prints read along, and what its complaints mean for a person.

import { spawn, spawnSync } from 'node:child_process'
import { getPriority, setPriority } from 'node:os'
import { Refusal } from '../../../model/refusal.ts'
import { tokenName } from '../process.ts'
import type { Limits } from './limits.ts'

export interface GoRun {
  readonly folder: string
  readonly arguments: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** In the environment of Go and all it starts, so that they are found again after a kill of skerry. */
  readonly token: string
  readonly limits: Limits
  /** A folder on a disk for the linker: /tmp is memory on many machines. */
  readonly temporary: string
  readonly onLine?: (line: string) => void
}

const stillWorks = 'check, plan and drills on the twin need no engine'

/** The version of Go that builds in this folder. Throws a Refusal where there is none, or it is too old and may not fetch a newer one. */
export function goVersion(folder: string, needed: string, env: NodeJS.ProcessEnv): string {
  const asked = spawnSync('go', ['version'], { cwd: folder, env: environment(env), encoding: 'utf8' })
  if (asked.error !== undefined)
    throw new Refusal(
      'refused',
      'Go is not installed, and the engines are built from their sources',
      `install Go ${needed} or newer (https://go.dev/dl) and run this again, or bring programs that exist: skerry engines install --from FOLDER; ${stillWorks}`,
    )
  const version = parseGoVersion(asked.stdout)
  if (asked.status === 0 && version !== undefined && !isOlder(version, needed)) return version
  throw new Refusal(
    'refused',
    `Go ${version ?? 'here'} is too old: the engines need ${needed} or newer${asked.stderr.trim() === '' ? '' : ` (${lastLine(asked.stderr)})`}`,
    `install Go ${needed} or newer (https://go.dev/dl), or let Go fetch it by itself (GOTOOLCHAIN=auto); or bring programs that exist: skerry engines install --from FOLDER; ${stillWorks}`,
  )
}

export const parseGoVersion = (text: string): string | undefined => /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1]

/** The version that a go.mod asks for. */
export const neededGo = (goMod: string): string => /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(goMod)?.[1] ?? '1.21.0'

export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((it) => it.split('.').map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Runs Go to its end; gives back what it wrote to stdout. */
export async function runGo(run: GoRun): Promise<string> {
  const child = spawn('go', [...run.arguments], {
    cwd: run.folder,
    env: {
      ...environment(run.env),
      GOTMPDIR: run.temporary,
      GOMAXPROCS: String(run.limits.parallel),
      ...(run.limits.gogc === undefined ? {} : { GOGC: String(run.limits.gogc) }),
      [tokenName]: run.token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // a group of its own, so that compiler and linker end together with it
    detached: true,
  })
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has ended already
    }
  }
  const stopAndEnd = (signal: NodeJS.Signals) => {
    stop()
    process.kill(process.pid, signal)
  }
  const signals = ['SIGTERM', 'SIGHUP'] as const
  process.once('exit', stop)
  for (const signal of signals) process.once(signal, stopAndEnd)
  try {
    beNice(child.pid)
    return await ended(child, run)
  } finally {
    process.off('exit', stop)
    for (const signal of signals) process.off(signal, stopAndEnd)
  }
}

function ended(child: ReturnType<typeof spawn>, { onLine = () => undefined }: GoRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const out: string[] = []
    const complaints: string[] = []
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        complaints.push(line)
        if (complaints.length > 40) complaints.shift()
        onLine(line)
      }
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(out.join(''))
      reject(refusalOf([...complaints, rest].join('\n'), signal))
    })
  })
}

/** What Go complains about, for a person. */
export function refusalOf(complaints: string, signal: NodeJS.Signals | null): Refusal {
  const match = reasons.find(({ pattern }) => pattern.test(complaints))
  const said = complaints
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(go: downloading |[\w./-]+$|# )/.test(line))
    .slice(-6)
    .map((message) => ({ message: message.trim() }))
  if (match !== undefined) return new Refusal('world', match.message, match.hint, said)
  return new Refusal(
    'world',
    signal === null ? 'Go could not build it' : `Go was ended by ${signal}`,
    'run it again: what was built stays, and Go goes on where it was',
    said,
  )
}

const reasons: readonly { readonly pattern: RegExp; readonly message: string; readonly hint: string }[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    message: 'the disk is full',
    hint: 'make room (go clean -cache gives some), or put the caches on another disk: SKERRY_CACHE for skerry’s, GOCACHE and GOMODCACHE for Go’s; then run it again, and it goes on where it was',
  },
  {
    pattern: /SECURITY ERROR|checksum mismatch/,
    message: 'a module is not what the lock says: its hash differs',
    hint: 'the module proxy (go env GOPROXY) gave something else than was locked: do not use it, and tell whoever runs it',
  },
  {
    pattern: /signal: killed|cannot allocate memory|out of memory/i,
    message: 'there was not enough memory: the system ended the compiler or the linker',
    hint: 'close other programs, or give it 4 GiB, and run it again: what was built stays',
  },
  {
    pattern: /missing go\.sum entry|updates to go\.(?:mod|sum) needed/,
    message: 'the lock is not complete: a bug of skerry',
    hint: 'report it with your platform (go env GOOS GOARCH)',
  },
  {
    pattern:
      /dial tcp|no such host|i\/o timeout|TLS handshake|connection (?:refused|reset)|proxyconnect|unexpected EOF/i,
    message: 'the Go module proxy cannot be reached',
    hint: 'look at the network and at GOPROXY (go env GOPROXY), and run it again: what was fetched stays',
  },
  {
    pattern: /(?:403|404|410) (?:Forbidden|Not Found|Gone)|not available/i,
    message: 'the Go module proxy does not serve a module of the lock',
    hint: 'set GOPROXY to another one (go env GOPROXY says which is used), or bring programs that exist: skerry engines install --from FOLDER',
  },
]

/** Settings of the person that say where things are stay; those that change what is built do not. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, GOEXPERIMENT: _experiment, ...rest } = env
  return { ...rest, GO111MODULE: 'on', GOWORK: 'off', GOFLAGS: '', CGO_ENABLED: '0', LC_ALL: 'C' }
}

/** Ten minutes of compiling should not take the machine away from its person. */
function beNice(pid: number | undefined): void {
  try {
    if (pid !== undefined && getPriority(pid) < 5) setPriority(pid, 5)
  } catch {
    // not allowed here
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
