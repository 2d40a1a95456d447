// The client against a server of a few lines, with the certificates of a fleet.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pkiFiles } from '../local/engines/control-plane.ts'
import { makePki } from '../local/pki.ts'
import { probe } from '../local/probe.ts'
import type { KubeClient } from './client.ts'
import { kubeClient } from './client.ts'
import { until } from './until.ts'

let root: string
let server: Server
let port: number
let client: KubeClient
const asked: string[] = []
const used = new WeakSet<object>()
const pki = () => pkiFiles(join(root, 'pki'))
const credentials = () => ({
  ca: readFileSync(pki().ca, 'utf8'),
  cert: readFileSync(pki().admin, 'utf8'),
  key: readFileSync(pki().adminKey, 'utf8'),
})

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skerry-client-'))
  await makePki(pki(), new Date())
  const tls = { ca: readFileSync(pki().ca), cert: readFileSync(pki().server), key: readFileSync(pki().serverKey) }
  server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    if (request.url === '/stale' && used.has(request.socket)) {
      request.socket.destroy()
      return
    }
    used.add(request.socket)
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`.trim())
      const answer = answers[request.url?.split('?')[0] ?? '']
      response.statusCode = answer?.status ?? 404
      response.end(JSON.stringify(answer?.body ?? { message: 'not found' }))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  port = (server.address() as { port: number }).port
  client = kubeClient(port, credentials())
})
afterAll(() => {
  client.close()
  server.close()
  rmSync(root, { recursive: true, force: true })
})

const answers: Readonly<Record<string, { status: number; body: unknown }>> = {
  '/readyz': { status: 200, body: {} },
  '/stale': { status: 200, body: { is: 'answered' } },
  '/apis/apps/v1': {
    status: 200,
    body: {
      resources: [
        { name: 'deployments/status', kind: 'Deployment', namespaced: true },
        { name: 'deployments', kind: 'Deployment', namespaced: true },
      ],
    },
  },
  '/apis/apps/v1/namespaces/default/deployments/nginx': { status: 200, body: { kind: 'Deployment' } },
  ...Object.fromEntries(
    [401, 403, 503].map((status) => [`/apis/answers${status}/v1`, { status, body: { message: 'no' } }]),
  ),
  '/api/v1/nodes': { status: 409, body: { message: 'nodes "a" already exists' } },
}

const nginx = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'nginx' } }

test('what is not there is undefined; what is refused is told in the words of the server', async () => {
  expect(await client.get('/apis/nowhere')).toBeUndefined()
  await expect(client.post('/api/v1/nodes', {})).rejects.toMatchObject({
    status: 409,
    message: 'POST /api/v1/nodes: nodes "a" already exists',
  })
  await expect(kubeClient(1, credentials()).get('/readyz')).rejects.toMatchObject({ status: 0 })
})

test('an object is applied where the server says that its kind lies, and the server is asked once', async () => {
  asked.length = 0
  await client.apply(nginx)
  await client.apply(nginx)
  const apply = `PATCH /apis/apps/v1/namespaces/default/deployments/nginx?fieldManager=skerry&force=true application/apply-patch+yaml ${JSON.stringify(nginx)}`
  expect(asked).toEqual(['GET /apis/apps/v1', apply, apply])
  await expect(client.apply({ ...nginx, kind: 'Dinghy' })).rejects.toThrow('the server does not know apps/v1 Dinghy')
})

test('what a server does not say of a kind is thrown as it is: only its 404 and a list without it mean not known', async () => {
  const of = (group: string) => client.pathOf({ ...nginx, apiVersion: `${group}/v1` })
  await expect(of('gone')).rejects.toMatchObject({
    status: 404,
    message: 'the server does not know gone/v1 Deployment',
  })
  for (const status of [401, 403, 503]) await expect(of(`answers${status}`)).rejects.toMatchObject({ status })
  await expect(kubeClient(1, credentials()).pathOf(nginx)).rejects.toMatchObject({ status: 0 })
  const other = pkiFiles(join(root, 'stranger'))
  await makePki(other, new Date())
  const untrusted = kubeClient(port, { ...credentials(), ca: readFileSync(other.ca, 'utf8') })
  await expect(untrusted.pathOf(nginx)).rejects.toMatchObject({
    status: 0,
    message: expect.stringMatching(/self-signed|verify/),
  })
  // asked again, it may answer
  asked.length = 0
  await expect(of('answers503')).rejects.toMatchObject({ status: 503 })
  expect(asked).toEqual(['GET /apis/answers503/v1'])
})

test('a probe needs the certificates of the fleet, and says what it heard instead', async () => {
  const ready = { kind: 'https', port, path: '/readyz', status: 200 } as const
  expect(await probe(ready, credentials())).toBeUndefined()
  expect(await probe({ ...ready, path: '/healthz' }, credentials())).toBe('status 404')
  expect(await probe({ kind: 'tcp', port }, credentials())).toBeUndefined()
  expect(await probe({ kind: 'tcp', port: 1 }, credentials())).toContain('ECONNREFUSED')
  const other = pkiFiles(join(root, 'other'))
  await makePki(other, new Date())
  expect(await probe(ready, { ...credentials(), ca: readFileSync(other.ca, 'utf8') })).toMatch(/self-signed|verify/)
})

test('what does not come about is told with the last error', async () => {
  let tries = 0
  const third = async () => {
    tries += 1
    return tries === 3 ? tries : undefined
  }
  expect(await until('the third try', third, { everyMs: 1 })).toBe(3)
  const never = until('an answer', () => client.get('/apis/nowhere'), { seconds: 0.02, everyMs: 1 })
  await expect(never).rejects.toMatchObject({ kind: 'world', message: 'an answer did not come about in 0.02 seconds' })
})

test('a connection that was kept and is closed as it is used again is no silence of the API', async () => {
  await client.get('/readyz')
  expect(await client.get('/stale')).toEqual({ is: 'answered' })
})
