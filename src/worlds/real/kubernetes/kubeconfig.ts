// The kubeconfigs of whoever runs skerry: clusters that AWS does not know are reached by the context that has their name, as the runbook
// makes it, and a context may name a way round to one that is not reached directly. And the other way about: a kubeconfig for a program
// that lives as long as the program.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { Refusal } from '../../../model/refusal.ts'
import type { Server } from '../../kube/client.ts'
import { isAlive } from '../alive.ts'

export interface Context {
  readonly file: string
  readonly server: Server
  /** A program that would be run for credentials; skerry runs none. */
  readonly program: string | undefined
}

interface Kubeconfig {
  readonly contexts?: readonly {
    readonly name: string
    readonly context: { readonly cluster: string; readonly user: string }
  }[]
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[]
  readonly users?: readonly {
    readonly name: string
    readonly user: Readonly<Record<string, string>> & { readonly exec?: { readonly command?: string } }
  }[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** As kubectl finds them: KUBECONFIG, or ~/.kube/config. */
export const kubeconfigFiles = (env: Environment): readonly string[] =>
  env.KUBECONFIG === undefined || env.KUBECONFIG === ''
    ? [join(env.HOME ?? homedir(), '.kube', 'config')]
    : env.KUBECONFIG.split(delimiter).filter((file) => file !== '')

/** The first that has the context; undefined where none has. */
export function contextNamed(files: readonly string[], name: string): Context | undefined {
  for (const file of files) {
    const found = contextIn(file, textOf(file), name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The server and credentials that a kubeconfig holds, in memory: of the context of that name, or of its only one. */
export function contextIn(file: string, text: string | undefined, name: string | undefined): Context | undefined {
  if (text === undefined) return undefined
  let config: Kubeconfig | null
  try {
    config = parse(text) as Kubeconfig | null
  } catch {
    throw new Refusal(
      'input',
      `${file} is no kubeconfig: it is not YAML`,
      'put it right, or name another one in KUBECONFIG',
    )
  }
  const context = config?.contexts?.find((it) => name === undefined || it.name === name)?.context
  const cluster = config?.clusters?.find((it) => it.name === context?.cluster)?.cluster
  if (context === undefined || cluster?.server === undefined) return undefined
  const user = config?.users?.find((it) => it.name === context.user)?.user
  const held = (key: string): string | undefined => dataOf(file, { ...cluster, ...strings(user) }, key)
  const ca = held('certificate-authority')
  const cert = held('client-certificate')
  const key = held('client-key')
  const token = user?.token
  return {
    file,
    program: user?.exec?.command,
    server: {
      url: cluster.server,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
      ...(token !== undefined && { token: async () => token }),
      ...(cluster['tls-server-name'] !== undefined && { servername: cluster['tls-server-name'] }),
    },
  }
}

const strings = (user: object | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(user ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/** In the file itself, or in one that it names. */
function dataOf(file: string, fields: Readonly<Record<string, string>>, key: string): string | undefined {
  const inline = fields[`${key}-data`]
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8')
  const path = fields[key]
  return path === undefined ? undefined : textOf(isAbsolute(path) ? path : join(dirname(file), path))
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const prefix = '.kubeconfig-'

/** No program that is given one runs for so long. */
const oldestSeconds = 3600

/** What a run that was killed has left behind: of a process that is gone, or older than any program that could need it. */
export function removeStaleKubeconfigs(folder: string, now: Date): void {
  for (const name of readdirSync(folder).filter((it) => it.startsWith(prefix))) {
    const file = join(folder, name)
    const [, pid] = /^\.kubeconfig-(\d+)-[0-9a-f]{12}$/.exec(name) ?? []
    const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime()
    if (pid === undefined || !isAlive(Number(pid)) || now.getTime() - since > oldestSeconds * 1000)
      rmSync(file, { force: true })
  }
}

/** Runs with a kubeconfig that only its owner can read, and takes it away again: its token counts for minutes. */
export async function withKubeconfig<T>(folder: string, server: Server, run: (file: string) => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(file, await kubeconfigOf(server), { mode: 0o600, flag: 'wx' })
    return await run(file)
  } finally {
    rmSync(file, { force: true })
  }
}

/** JSON is YAML too. */
export async function kubeconfigOf({ url, ca, certificate, token, servername }: Server): Promise<string> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const bearer = await token?.()
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [
      {
        name: 'it',
        cluster: {
          server: url,
          ...(ca !== undefined && { 'certificate-authority-data': base64(ca) }),
          ...(servername !== undefined && { 'tls-server-name': servername }),
        },
      },
    ],
    users: [
      {
        name: 'it',
        user: {
          ...(bearer !== undefined && { token: bearer }),
          ...(certificate !== undefined && {
            'client-certificate-data': base64(certificate.cert),
            'client-key-data': base64(certificate.key),
          }),
        },
      },
    ],
  })
}
