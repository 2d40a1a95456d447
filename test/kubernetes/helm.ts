// A stand-in for the helm program: it reads the kubeconfig that it is given, talks to the API named there with the credentials named there,
// and keeps its releases in Secrets as helm does. Its charts are those of charts.ts.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { kubeClientAt } from '../../src/worlds/kube/client.ts'
import type { Release } from './charts.ts'
import { objectsOfChart } from './charts.ts'
import type { Fields } from './merging.ts'
import { isFields } from './merging.ts'

type Status = 'deployed' | 'failed' | 'pending-install' | 'pending-upgrade'

interface Stored extends Release {
  readonly status: Status
  readonly revision: number
  readonly updated: string
  /** As helm keeps them: on what it stores the release in. */
  readonly labels: Labels
}

type Labels = Readonly<Record<string, string>>

export interface FakeHelm {
  readonly run: (args: readonly string[], input?: string) => Promise<string>
  /** Each call, without its kubeconfig. */
  readonly asked: string[]
  /** The values of each install or upgrade. */
  readonly inputs: string[]
  /** What was in the kubeconfigs, for tests that look for what must not be left. */
  readonly kubeconfigs: string[]
  /** The next install or upgrade of that release fails with these words. */
  readonly fail: (release: string, words: string) => void
  /** The next install or upgrade of that release is killed in the middle: half its objects are there, and the release stays pending. */
  readonly kill: (release: string) => void
}

export function fakeHelm(): FakeHelm {
  const asked: string[] = []
  const kubeconfigs: string[] = []
  const inputs: string[] = []
  const failing = new Map<string, string>()
  const killed = new Set<string>()

  async function run(args: readonly string[], input = ''): Promise<string> {
    const { words, flags } = read(args)
    asked.push(
      [
        ...words,
        ...Object.entries(flags).flatMap(([key, value]) => (key === 'kubeconfig' ? [] : [`--${key}=${value}`])),
      ].join(' '),
    )
    if (input !== '') inputs.push(input)
    const file = flags.kubeconfig
    if (typeof file !== 'string') throw new Error('Error: Kubernetes cluster unreachable: no kubeconfig')
    const text = readFileSync(file, 'utf8')
    kubeconfigs.push(text)
    const client = clientOf(text)
    try {
      return await act(client, words, flags, input)
    } catch (error) {
      throw new Error(`Error: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      client.close()
    }
  }

  async function act(client: KubeClient, words: readonly string[], flags: Flags, input: string): Promise<string> {
    const namespace = String(flags.namespace ?? 'default')
    const [verb, name = '', chart = ''] = words[0] === 'get' ? [`get ${words[1]}`, words[2]] : words
    switch (verb) {
      case 'list': {
        const filter = new RegExp(String(flags.filter ?? '.*'))
        const wanted = labelsIn(flags.selector)
        const all = (await releases(client, namespace)).filter(
          ({ name, labels }) =>
            filter.test(name) && Object.entries(wanted).every(([key, value]) => labels[key] === value),
        )
        return JSON.stringify(
          all.map((it) => ({
            name: it.name,
            namespace: it.namespace,
            revision: String(it.revision),
            updated: it.updated,
            status: it.status,
            chart: `${it.chart}-${it.version}`,
            app_version: '',
          })),
        )
      }
      case 'get values':
        return JSON.stringify((await found(client, namespace, name)).values)
      case 'upgrade': {
        const before = (await releases(client, namespace)).find((it) => it.name === name)
        if (before?.status.startsWith('pending') === true)
          throw new Error('UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress')
        // helm creates it, and leaves one that is there as it is
        if (
          flags['create-namespace'] !== undefined &&
          (await client.get(`/api/v1/namespaces/${namespace}`)) === undefined
        )
          await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
        const values = parse(input) as unknown
        const version = String(flags.version)
        const release: Release = { name, namespace, chart, version, values: isFields(values) ? values : {} }
        const revision = (before?.revision ?? 0) + 1
        const labels = { ...before?.labels, ...labelsIn(flags.labels) }
        await store(
          client,
          { ...release, labels },
          before === undefined ? 'pending-install' : 'pending-upgrade',
          revision,
        )
        const words = failing.get(name)
        failing.delete(name)
        try {
          if (words !== undefined) throw new Error(words)
          const objects = objectsOfChart(release)
          for (const [index, object] of objects.entries()) {
            if (killed.has(name) && index >= objects.length / 2) {
              killed.delete(name)
              return await new Promise<string>((_, reject) => reject(new Error('signal: killed')))
            }
            await apply(client, object as unknown as KubeObject)
          }
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('signal')) throw error
          await store(client, { ...release, labels }, 'failed', revision)
          throw error
        }
        await store(client, { ...release, labels }, 'deployed', revision)
        return `Release "${name}" has been upgraded. Happy Helming!`
      }
      case 'rollback': {
        const release = await found(client, namespace, name)
        await store(client, release, 'deployed', release.revision + 1)
        return 'Rollback was a success! Happy Helming!'
      }
      case 'uninstall': {
        const release = (await releases(client, namespace)).find((it) => it.name === name)
        if (release === undefined) {
          if (flags['ignore-not-found'] !== undefined) return ''
          throw new Error(`uninstall: Release not loaded: ${name}: release: not found`)
        }
        // helm never deletes the kinds that a chart brought
        for (const object of [...objectsOfChart(release)].reverse())
          if (object.kind !== 'CustomResourceDefinition')
            await client.delete(await client.pathOf(object as unknown as KubeObject))
        await client.delete(pathOf(namespace, name))
        return `release "${name}" uninstalled`
      }
      default:
        throw new Error(`unknown command "${verb}" for "helm"`)
    }
  }

  return {
    run,
    asked,
    inputs,
    kubeconfigs,
    fail: (release, words) => {
      failing.set(release, words)
    },
    kill: (release) => {
      killed.add(release)
    },
  }
}

/** A new kind takes a moment. */
async function apply(client: KubeClient, object: KubeObject): Promise<void> {
  await client.apply(object)
}

type Flags = Readonly<Record<string, string>>

const bare = new Set(['install', 'create-namespace', 'ignore-not-found', 'all', 'wait', 'force-conflicts', 'atomic'])

function read(args: readonly string[]): { words: readonly string[]; flags: Flags } {
  const words: string[] = []
  const flags: Record<string, string> = {}
  for (let index = 0; index < args.length; index += 1) {
    const [name, value] = (args[index] ?? '').split(/=(.*)/s)
    if (name?.startsWith('--') !== true) {
      words.push(args[index] ?? '')
      continue
    }
    const key = name.slice(2)
    if (value !== undefined) flags[key] = value
    else if (bare.has(key)) flags[key] = 'true'
    else {
      index += 1
      flags[key] = args[index] ?? ''
    }
  }
  return { words, flags }
}

function clientOf(text: string): KubeClient {
  const config = parse(text) as {
    clusters: { cluster: { server: string; 'certificate-authority-data'?: string; 'tls-server-name'?: string } }[]
    users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[]
  }
  const cluster = config.clusters[0]?.cluster
  const user = config.users[0]?.user
  const plain = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('utf8')
  const token = user?.token
  return kubeClientAt({
    url: cluster?.server ?? '',
    ca: plain(cluster?.['certificate-authority-data']),
    ...(token !== undefined && { token: async () => token }),
    ...(user?.['client-certificate-data'] !== undefined && {
      certificate: { cert: plain(user['client-certificate-data']), key: plain(user['client-key-data']) },
    }),
    ...(cluster?.['tls-server-name'] !== undefined && { servername: cluster['tls-server-name'] }),
  })
}

const pathOf = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/secrets/sh.helm.release.v1.${name}.v1`

/** One Secret for a release; helm keeps ten revisions of each. */
async function store(
  client: KubeClient,
  { labels, ...release }: Release & Pick<Stored, 'labels'>,
  status: Status,
  revision: number,
): Promise<void> {
  const stored: Omit<Stored, 'labels'> = { ...release, status, revision, updated: new Date().toISOString() }
  await client.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `sh.helm.release.v1.${release.name}.v1`,
      namespace: release.namespace,
      labels: { ...labels, owner: 'helm', name: release.name, status },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(JSON.stringify(stored)).toString('base64') },
  })
}

async function releases(client: KubeClient, namespace: string): Promise<readonly Stored[]> {
  const list = await client.get<{ items: { metadata: { labels?: Labels }; data?: Fields }[] }>(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`,
  )
  return (list?.items ?? []).map(({ metadata, data }) => {
    const { owner: _, name: __, status: ___, ...labels } = metadata.labels ?? {}
    return { ...(JSON.parse(Buffer.from(String(data?.release), 'base64').toString('utf8')) as Stored), labels }
  })
}

/** `KEY=VALUE,KEY=VALUE`. */
const labelsIn = (flag = ''): Labels =>
  Object.fromEntries(
    flag
      .split(',')
      .filter((it) => it !== '')
      .map((it) => it.split('=') as [string, string]),
  )

async function found(client: KubeClient, namespace: string, name: string): Promise<Stored> {
  const release = (await releases(client, namespace)).find((it) => it.name === name)
  if (release === undefined) throw new Error('release: not found')
  return release
}
