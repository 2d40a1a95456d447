// The ground that Kubernetes work stands on, in tests that need no AWS: EKS knows the clusters that run here, stacks know what they are
// given, helm is the stand-in, and no pause is longer than it must be.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Plan } from '../../src/model/plan.ts'
import { Refusal } from '../../src/model/refusal.ts'
import type { Aws } from '../../src/worlds/real/aws/clients.ts'
import { carry } from '../../src/worlds/real/carry.ts'
import type { Ground } from '../../src/worlds/real/ground.ts'
import { kubeApis } from '../../src/worlds/real/kubernetes/index.ts'
import type { Went, Work } from '../../src/worlds/real/work.ts'
import type { FakeHelm } from './helm.ts'
import { fakeHelm } from './helm.ts'
import type { FakeKubernetes } from './kubernetes.ts'

export interface TestGround {
  readonly ground: Ground
  readonly helm: FakeHelm
  readonly folder: string
  /** What EKS says of each cluster; one that is not in it is not there. */
  readonly clusters: Map<
    string,
    { kubernetes: FakeKubernetes; isPrivate?: boolean; status?: string; endpoint?: string }
  >
  readonly values: Map<string, string>
  /** Runs work as `up` does; broken off after so many more requests, where that is said. */
  readonly carry: (
    works: readonly Work[],
    asked?: readonly string[],
    requests?: number,
  ) => Promise<ReadonlyMap<string, Went>>
  /** What was said of each piece of work, in order. */
  readonly observed: Map<string, string[]>
  readonly close: () => void
}

export function testGround(
  plan: Plan,
  { kubeconfigs = [], timeoutMs = 300 }: { readonly kubeconfigs?: readonly string[]; readonly timeoutMs?: number } = {},
): TestGround {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-kube-'))
  const clusters: TestGround['clusters'] = new Map()
  const values = new Map<string, string>()
  const helm = fakeHelm()
  const tokens = new Map<FakeKubernetes, string>()
  const aws = {
    eks: () => ({
      send: async ({ input: { name } }: { readonly input: { readonly name: string } }) => {
        const found = clusters.get(name)
        if (found === undefined)
          throw Object.assign(new Error(`No cluster found for name: ${name}.`), { name: 'ResourceNotFoundException' })
        return {
          cluster: {
            name,
            status: found.status ?? 'ACTIVE',
            endpoint: found.endpoint ?? found.kubernetes.endpoint,
            certificateAuthority: { data: Buffer.from(found.kubernetes.ca).toString('base64') },
            resourcesVpcConfig: { endpointPublicAccess: found.isPrivate !== true, endpointPrivateAccess: true },
          },
        }
      },
    }),
    eksToken: async (_: unknown, name: string) => {
      const kubernetes = clusters.get(name)?.kubernetes
      if (kubernetes === undefined) throw new Error(`no token for ${name}`)
      const token = tokens.get(kubernetes) ?? kubernetes.token('whoever-deploys')
      tokens.set(kubernetes, token)
      return token
    },
    close: () => undefined,
  } as unknown as Aws
  const known = async (variable: string): Promise<string | undefined> => values.get(variable)
  const apis = kubeApis({ plan, aws, valueOf: known, kubeconfigs, timeoutMs })
  const ground: Ground = {
    plan,
    aws,
    api: apis.api,
    valueOf: known,
    helm: async (args, input) => {
      try {
        return await helm.run(args, input)
      } catch (error) {
        throw new Refusal('world', 'helm failed', 'its words are below', [
          { message: error instanceof Error ? error.message : String(error) },
        ])
      }
    },
    folder,
    now: () => new Date(),
    pause: (milliseconds, signal) => pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
  }
  const observed: TestGround['observed'] = new Map()
  return {
    ground,
    helm,
    folder,
    clusters,
    values,
    observed,
    carry: async (works, asked = [], requests = Number.POSITIVE_INFINITY) => {
      const ending = new AbortController()
      const last = asked.length + requests
      const watching = setInterval(() => asked.length >= last && ending.abort(), 1)
      try {
        return await carry(works, {
          signal: ending.signal,
          now: ground.now,
          observed: ({ id }, what) => observed.set(id, [...(observed.get(id) ?? []), what]),
        })
      } finally {
        clearInterval(watching)
      }
    },
    close: () => {
      apis.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A kubeconfig on disk, as an admin machine leaves it. */
export function kubeconfigFile(folder: string, name: string, { endpoint, ca, admin }: FakeKubernetes): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const file = join(folder, `${name}.kubeconfig`)
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster: { server: endpoint, 'certificate-authority-data': base64(ca) } }],
      users: [{ name, user: { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) } }],
    }),
    { mode: 0o600 },
  )
  return file
}

/** The words of what went wrong, for messages of a test. */
export const wordsOf = (went: ReadonlyMap<string, Went>): readonly string[] =>
  [...went].map(([id, how]) => {
    if (how.kind === 'failed') {
      const { error } = how
      const problems = error instanceof Refusal ? error.problems.map(({ message }) => message) : []
      return `${id}: failed: ${error instanceof Error ? error.message : String(error)} ${problems.join('; ')}`
    }
    return how.kind === 'done'
      ? `${id}: done${how.changed ? ', changed' : ''}`
      : how.kind === 'waits'
        ? `${id}: waits for ${how.for.join(', ')}`
        : `${id}: ${how.kind}`
  })

export { quick } from './patience.ts'
