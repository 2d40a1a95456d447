// One real API server that serves every kind an artefact may be of: those of Kubernetes, those of Flux, Karmada and EKS Anywhere by their
// definitions, and Karmada's `Cluster`, which has none, by its aggregated API. It is started as Karmada's is: that of a cluster has no
// certificate to hand a request on with, so that the aggregated one would take every request for an anonymous one. No controller runs, and
// no webhook: what only a webhook refuses is not refused here.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../src/model/refusal.ts'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { until } from '../../src/worlds/kube/until.ts'
import { clientsFor } from '../../src/worlds/local/clients.ts'
import type { Owner } from '../../src/worlds/local/engine.ts'
import { engineId } from '../../src/worlds/local/engine.ts'
import type { ControlPlane } from '../../src/worlds/local/engines/control-plane.ts'
import { kubeconfigPath, pkiFiles } from '../../src/worlds/local/engines/control-plane.ts'
import { etcd, etcdPorts } from '../../src/worlds/local/engines/etcd.ts'
import {
  aggregatedPorts,
  karmadaAggregatedApiserver,
} from '../../src/worlds/local/engines/karmada-aggregated-apiserver.ts'
import { karmadaApiserver } from '../../src/worlds/local/engines/karmada-apiserver.ts'
import { apiServerPorts } from '../../src/worlds/local/engines/kube-apiserver.ts'
import { privateFolder } from '../../src/worlds/local/folder.ts'
import { aggregation, namespaces } from '../../src/worlds/local/karmada/objects.ts'
import { makePki } from '../../src/worlds/local/pki.ts'
import { choosePorts } from '../../src/worlds/local/ports.ts'
import type { Runner } from '../../src/worlds/local/runner.ts'
import { ensureRunning, logPath, PortTaken, stopEngines } from '../../src/worlds/local/runner.ts'
import { freshState, ledgerAt } from '../../src/worlds/local/state.ts'

export interface ApiServer {
  readonly client: KubeClient
  readonly kubeconfig: string
  /** Everything is gone after it: processes and files. */
  readonly stop: () => Promise<void>
}

const owner: Owner = { kind: 'federation', name: 'judge' }
const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

export async function startApiServer(
  root: string,
  binary: (name: string) => string,
  crdFolders: readonly string[],
  passes = 3,
): Promise<ApiServer> {
  const now = (): Date => new Date()
  const of: ControlPlane = { owner, folder: privateFolder(join(root, 'judge')), pki: pkiFiles(join(root, 'pki')) }
  await makePki(of.pki, now())
  const ledger = ledgerAt(root, freshState('artefacts', root, root))
  const ports = await choosePorts(
    {
      [engineId(owner, 'etcd')]: etcdPorts,
      [engineId(owner, 'karmada-apiserver')]: apiServerPorts,
      [engineId(owner, 'karmada-aggregated-apiserver')]: aggregatedPorts,
    },
    {},
  )
  ledger.change((state) => ({ ...state, ports }))
  const port = (engine: string, name: string): number => ports[engineId(owner, engine)]?.[name] ?? 0
  const clients = clientsFor(root, () => ports, 60_000)
  const runner: Runner = { ledger, binary, credentials: clients.credentials, now }
  const stop = async (): Promise<void> => {
    clients.close()
    await stopEngines(runner, Object.values(ledger.state().engines))
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  try {
    const etcdPort = port('etcd', 'client')
    const https = (engine: string) => ({ https: port(engine, 'https') })
    await ensureRunning(runner, etcd(of, { client: etcdPort, peer: port('etcd', 'peer') }))
    await ensureRunning(
      runner,
      karmadaApiserver(of, { ports: https('karmada-apiserver'), etcdPort, serviceCidr: '10.96.0.0/16' }),
    )
    const client = clients.of(owner)
    for (const namespace of namespaces) await client.apply(namespace)
    await Promise.all([
      serve(client, crdFolders),
      ensureRunning(
        runner,
        karmadaAggregatedApiserver(of, { ports: https('karmada-aggregated-apiserver'), etcdPort }),
      ).then(() => serveClusters(client, port('karmada-aggregated-apiserver', 'https'), of.pki.ca)),
    ])
    return { client, kubeconfig: kubeconfigPath(of), stop }
  } catch (error) {
    const said = Object.keys(ledger.state().engines).map((id) => `${id}:\n${lastLines(logPath(root, id))}`)
    await stop()
    // what else starts on this machine may take a port that was free when it was chosen
    if (error instanceof PortTaken && passes > 1) return startApiServer(root, binary, crdFolders, passes - 1)
    throw new Error([...wordsOf(error), 'The last that its engines said:', ...said].join('\n'), { cause: error })
  }
}

const wordsOf = (error: unknown): readonly string[] => [
  error instanceof Error ? error.message : String(error),
  ...(error instanceof Refusal ? error.problems.map(({ message }) => message) : []),
]

const lastLines = (log: string): string =>
  existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n') : 'nothing'

async function serve(client: KubeClient, folders: readonly string[]): Promise<void> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .filter((text) => /^kind: CustomResourceDefinition$/m.test(text)),
  )
  await Promise.all(files.map((text) => client.postYaml(crdPath, text)))
  await until('that all kinds are served', async () => {
    const list = await client.get<{ readonly items: readonly KubeObject[] }>(crdPath)
    const served = (list?.items ?? []).filter(({ status }) =>
      (
        status as { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
      ).conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True'),
    )
    return served.length === files.length ? true : undefined
  })
}

async function serveClusters(client: KubeClient, port: number, ca: string): Promise<void> {
  for (const object of aggregation(port, readFileSync(ca).toString('base64'))) await client.apply(object)
  await until('that Karmada’s aggregated API answers', () => client.get('/apis/cluster.karmada.io/v1alpha1/clusters'))
}
