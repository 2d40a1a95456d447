// Processes of this machine, by pid and start time: a pid alone may belong to another program by now. Ours carry a token in their
// environment, so that one which was started just before skerry was killed, and stands in no file, is found again.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** In the environment of every engine: `<run>:<engine>:<nonce>`. */
export const tokenName = 'SKERRY_RUN'

export interface ProcessId {
  readonly pid: number
  /** As the system writes it: ticks since boot on Linux, a date elsewhere. */
  readonly startTime: string
}

const linux = process.platform === 'linux'

/** When the process with this pid started; undefined where there is none, or it has ended and only waits to be collected. */
export function startTimeOf(pid: number): string | undefined {
  return linux ? statOf(pid)?.startTime : psOf(pid)
}

/** Whether that very process still runs. */
export const isAlive = ({ pid, startTime }: ProcessId): boolean => startTimeOf(pid) === startTime

/** Whether it runs and carries the token: only such a one is ever stopped. */
export function isOurs(
  id: ProcessId,
  token: string,
  environment: (pid: number) => string | undefined = environmentOf,
): boolean {
  for (let look = 0; isAlive(id); look += 1) {
    const text = environment(id.pid)
    // Linux gives an empty one of a process that has just become another program, and of one that ends (fs/proc/base.c, environ_read):
    // to take the first for gone would leave it to itself, with its port
    if (text !== '' || look >= 200) return tokenIn(text) === token
    Atomics.wait(nobodyWakes, 0, 0, 1)
  }
  return false
}

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4))

/** Whether it is not stopped by a signal, as far as the system tells. */
export const runs = (pid: number): boolean => linux && statOf(pid)?.state !== 'T'

/** Sends the signal to that very process; false where it is gone, or is not ours. */
export function signal(id: ProcessId, token: string, name: NodeJS.Signals): boolean {
  if (!isOurs(id, token)) return false
  try {
    process.kill(id.pid, name)
    return true
  } catch {
    return false
  }
}

/** Every living process of ours whose token begins so, with its token. */
export function withToken(prefix: string): readonly (ProcessId & { readonly token: string })[] {
  return pids().flatMap((pid) => {
    const token = tokenIn(environmentOf(pid))
    if (token === undefined || !token.startsWith(prefix)) return []
    const startTime = startTimeOf(pid)
    return startTime === undefined ? [] : [{ pid, startTime, token }]
  })
}

/** Whether that process listens on the port of the loopback; undefined where the system does not tell. */
export function listensOn(pid: number, port: number): boolean | undefined {
  if (!linux) return undefined
  try {
    return holdsAny(pid, listening(pid, port))
  } catch {
    return undefined
  }
}

/** Who listens on the port of the loopback, as far as the system tells: pid and command. */
export function listenerOn(port: number): { readonly pid: number; readonly command: string } | undefined {
  if (!linux) return undefined
  for (const pid of pids())
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      if (holdsAny(pid, listening(pid, port))) return { pid, command: command.slice(0, 120) }
    } catch {
      // another user's, or gone in between
    }
  return undefined
}

/** The sockets on which somebody listens there. */
function listening(pid: number, port: number): ReadonlySet<string> {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'latin1')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        // 0A: it listens. https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
        .flatMap(([, local, , state, , , , , , inode]) =>
          state === '0A' && local?.endsWith(address) === true && inode !== undefined ? [inode] : [],
        ),
    ),
  )
}

const holdsAny = (pid: number, sockets: ReadonlySet<string>): boolean =>
  sockets.size > 0 && readdirSync(`/proc/${pid}/fd`).some((file) => sockets.has(inodeOf(`/proc/${pid}/fd/${file}`)))

function inodeOf(link: string): string {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1] ?? ''
  } catch {
    return ''
  }
}

/** Resident memory in bytes; 0 for a process that is gone. */
export function residentBytes(pid: number): number {
  try {
    if (linux) {
      const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      return Number(kib ?? 0) * 1024
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
  } catch {
    return 0
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name, in parentheses, may itself hold spaces and parentheses. */
function statOf(pid: number): { readonly startTime: string; readonly state: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = 'X', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const startTime = rest[18]
    return state === 'Z' || state === 'X' || startTime === undefined ? undefined : { startTime, state }
  } catch {
    return undefined
  }
}

function psOf(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
      .trim()
      .split(/\s+/)
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ')
  } catch {
    return undefined
  }
}

function tokenIn(environment: string | undefined): string | undefined {
  if (environment === undefined) return undefined
  const text = `${linux ? '\0' : ' '}${environment}`
  const start = text.indexOf(`${linux ? '\0' : ' '}${tokenName}=`)
  return start < 0 ? undefined : text.slice(start + tokenName.length + 2).split(linux ? '\0' : /\s/)[0]
}

/** Undefined where it is another user's, or gone in between. */
function environmentOf(pid: number): string | undefined {
  try {
    return linux
      ? readFileSync(`/proc/${pid}/environ`, 'utf8')
      : execFileSync('ps', ['-Eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}

function pids(): readonly number[] {
  if (linux) return readdirSync('/proc').map(Number).filter(Number.isInteger)
  return execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/).map(Number)
}
