// Flux's controllers beside a real control plane, fetching a real repository: the values of their engines hold. What `up` does with them
// comes with the generated repository.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { plan, readFleet } from '../../index.ts'
import { enginesOfMachine } from './binaries.ts'
import type { Clients } from './clients.ts'
import { clientsFor } from './clients.ts'
import { down } from './down.ts'
import type { Owner } from './engine.ts'
import { helmController, helmControllerPorts } from './engines/helm-controller.ts'
import { kustomizeController, kustomizeControllerPorts } from './engines/kustomize-controller.ts'
import { sourceController, sourceControllerPorts } from './engines/source-controller.ts'
import { controlPlaneOf } from './engines-of.ts'
import type { KubeObject } from './kube/client.ts'
import { until } from './kube/until.ts'
import { choosePorts } from './ports.ts'
import { residentBytes } from './process.ts'
import { ensureRunning } from './runner.ts'
import type { Ledger } from './state.ts'
import { ledgerAt } from './state.ts'
import type { Machine } from './testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine, processesOf } from './testing/machine.case.ts'
import { up } from './up.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const engines = [...controlPlaneEngines, 'source-controller', 'kustomize-controller', 'helm-controller']
const minute = 60_000
const now = () => new Date()
const say = () => undefined
const virginia: Owner = { kind: 'cluster', name: 'virginia' }

let here: Machine
let clients: Clients
let ledger: Ledger
let git: Server

beforeEach(needs('the engines of Flux', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  here = machine('federation', source)
  const made = plan(await readFleet([source]))
  await up({
    plan: made,
    only: ['virginia'],
    folder: here.folder,
    ...{ source, say, now },
    engines: enginesOfMachine(process.env),
  })
  ledger = ledgerAt(here.folder, here.state())
  clients = clientsFor(here.folder, () => ledger.state().ports)
}, 3 * minute)
afterAll(async () => {
  if (here === undefined) return
  git?.close()
  clients?.close()
  await down({ folder: here.folder, say, now })
  here.remove()
}, minute)

test(
  'the controllers start, fetch a repository over HTTP and apply it, and go with down',
  async () => {
    const api = clients.of(virginia)
    const files = enginesOfMachine(process.env).files('flux')
    for (const name of ['source', 'kustomize', 'helm']) {
      const bases = join(files, `${name}-controller`, 'crd', 'bases')
      for (const file of readdirSync(bases)) {
        const text = readFileSync(join(bases, file), 'utf8')
        await api.postYaml('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', text)
      }
    }
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } })

    const wanted = { source: sourceControllerPorts, kustomize: kustomizeControllerPorts, helm: helmControllerPorts }
    const ports = await choosePorts(wanted, {})
    const of = controlPlaneOf(here.folder, virginia)
    const port = (name: string, of_: string) => ports[name]?.[of_] ?? 0
    const runner = { ledger, now, binary: enginesOfMachine(process.env).binary, credentials: clients.credentials }
    const begun = Date.now()
    const specs = [
      sourceController(of, {
        ports: { health: port('source', 'health'), storage: port('source', 'storage') },
        needs: [],
      }),
      kustomizeController(of, { ports: { health: port('kustomize', 'health') }, needs: [] }),
      helmController(of, { ports: { health: port('helm', 'health') }, needs: [] }),
    ]
    await Promise.all(specs.map((spec) => ensureRunning(runner, spec)))
    const sizes = specs.map(({ id }) =>
      Math.round(residentBytes(ledger.state().engines[id]?.process?.pid ?? 0) / 2 ** 20),
    )
    console.info(`Flux ready after ${((Date.now() - begun) / 1_000).toFixed(1)} s, ${sizes.join(' + ')} MiB`)

    const url = await served(join(here.root, 'repository'))
    await until('that the kinds of Flux are served', () =>
      api.apply({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name: 'fleet', namespace: 'flux-system' },
        spec: { url, interval: '1m', ref: { branch: 'main' } },
      }),
    )
    await api.apply({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'fleet', namespace: 'flux-system' },
      spec: { interval: '1m', path: './', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
    })
    const applied = await until<KubeObject>('that the repository is applied', () =>
      api.get('/api/v1/namespaces/default/configmaps/from-git'),
    )
    expect(applied).toMatchObject({ data: { said: 'hello' } })

    await down({ folder: here.folder, say, now })
    expect(processesOf(here.root)).toEqual([])
  },
  4 * minute,
)

/** A repository of one object, as plain files over HTTP. */
async function served(folder: string): Promise<string> {
  mkdirSync(folder)
  const run = (...words: readonly string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...words])
  writeFileSync(
    join(folder, 'object.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-git, namespace: default }\ndata: { said: hello }\n',
  )
  run('init', '--quiet', '--initial-branch=main')
  run('add', '.')
  run('commit', '--quiet', '--message=hello')
  git = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const service = /service=(git-upload-pack)/.exec(query)?.[1]
    const body: Buffer[] = []
    request.on('data', (part: Buffer) => body.push(part))
    request.on('end', () => {
      if (service !== undefined && path.endsWith('/info/refs')) {
        response.setHeader('content-type', `application/x-${service}-advertisement`)
        const refs = execFileSync('git', ['upload-pack', '--stateless-rpc', '--advertise-refs', folder])
        const line = `# service=${service}\n`
        response.end(
          Buffer.concat([Buffer.from(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`), refs]),
        )
        return
      }
      response.setHeader('content-type', 'application/x-git-upload-pack-result')
      response.end(execFileSync('git', ['upload-pack', '--stateless-rpc', folder], { input: Buffer.concat(body) }))
    })
  })
  await new Promise<void>((listening) => git.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(git.address() as { port: number }).port}/fleet.git`
}
