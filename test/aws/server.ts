// The fake as a server: each request is asked for its credentials, its service and its action, struck by what was planted, and answered.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Caller, FakeAwsOptions } from './cloud.ts'
import { Cloud } from './cloud.ts'
import { verifyEksToken } from './eks-token.ts'
import { AwsError, unmodelled } from './errors.ts'
import type { FakeState } from './fake-state.ts'
import { stateOf } from './fake-state.ts'
import type { Fault, Planted } from './faults.ts'
import type { HttpRequest, Protocol, Reply } from './protocols/protocol.ts'
import { tellWaiting } from './resources/machines-of.ts'
import { services } from './services.ts'

export interface FakeCall {
  readonly service: string
  readonly action: string
  readonly account: string
  readonly region: string
  readonly input: unknown
  /** Of the answer; 0 where the connection was reset. */
  readonly status: number
  readonly error: string | undefined
}

export interface FakeAws {
  readonly url: string
  /** What points the SDK, the AWS CLI and the CDK to it, and away from all else. */
  readonly env: Readonly<Record<string, string>>
  readonly calls: readonly FakeCall[]
  readonly state: FakeState
  readonly plant: (fault: Fault) => Planted
  /** Whose token of EKS it is. Throws with the reason why it is none. */
  readonly verifyEksToken: (cluster: string, token: string) => { readonly arn: string; readonly account: string }
  readonly stop: () => Promise<void>
}

/** More of HTTP than the services know: the control of the fake from other processes. */
export type Beside = (request: HttpRequest, fake: FakeAws) => Promise<Reply | undefined>

const accessKeyId = 'AKIAFAKEFAKEFAKEFAKE'
const secretAccessKey = 'fake-secret-of-the-fake-cloud'

export async function startFakeAws(options: FakeAwsOptions = {}, beside?: Beside): Promise<FakeAws> {
  const cloud = new Cloud(options)
  cloud.keys.set(accessKeyId, {
    account: cloud.account,
    arn: `arn:aws:iam::${cloud.account}:user/skerry`,
    secret: secretAccessKey,
  })
  const calls: FakeCall[] = []
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(`a bug of the fake: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    })
  })
  // a client that keeps its connection open finds it open
  server.keepAliveTimeout = 60_000
  await listening(server, options.port ?? 0)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeAws = {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: options.region ?? 'us-west-2',
      AWS_DEFAULT_REGION: options.region ?? 'us-west-2',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    calls,
    state: stateOf(cloud),
    plant: (fault) => cloud.faults.plant(fault),
    verifyEksToken: (cluster, token) => verifyEksToken(cloud, cluster, token),
    stop: async () => {
      await cloud.stop()
      server.closeAllConnections()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
  return fake

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming)
    const other = await beside?.(request, fake)
    if (other !== undefined) return send(response, request, other)
    const { keyId, region, service: name } = scopeOf(request)
    const service = services[name]
    if (service === undefined)
      return send(response, request, {
        status: 501,
        headers: {},
        body: `the fake does not model the service '${name}'`,
      })
    const { protocol, actions } = service
    const asked = protocol.read(request)
    const action = asked?.action ?? `${request.method} ${request.path}`
    const requestId = cloud.store.unique(32)
    const key = cloud.keys.get(keyId)
    const note = (status: number, error?: string): void => {
      calls.push({
        service: name,
        action,
        account: key?.account ?? '',
        region,
        input: asked?.input ?? {},
        status,
        error,
      })
    }
    const refuse = (error: AwsError): void => {
      note(error.status, error.code)
      send(response, request, protocol.refuse(error, requestId))
    }
    const faults = cloud.faults.ofAction(name, action, region)
    for (const fault of faults) if (fault.kind === 'slow') await cloud.pause(fault.milliseconds).catch(() => undefined)
    if (faults.some(({ kind }) => kind === 'reset')) {
      note(0, 'reset')
      incoming.socket.resetAndDestroy()
      return
    }
    const struck = faults
      .map((fault) => strike(fault, protocol, `${name}:${action}`))
      .find((error) => error !== undefined)
    if (struck !== undefined) return refuse(struck)
    if (key === undefined)
      return refuse(
        new AwsError(protocol.codes.unknownKey, 'The security token included in the request is invalid.', 403),
      )
    if (key.expiresAt !== undefined && key.expiresAt.getTime() < Date.now()) return refuse(expired(protocol))
    const handler = asked === undefined ? undefined : actions[asked.action]
    if (asked === undefined || handler === undefined) return refuse(unmodelled(`${name}:${action}`))
    const caller: Caller = { accessKeyId: keyId, account: key.account, arn: key.arn, region }
    try {
      const output = await handler({ cloud, caller, action, input: asked.input, request, account: key.account, region })
      if (!/^(Describe|List|Get)/.test(action)) tellWaiting(cloud, { account: key.account, region })
      if (faults.some(({ kind }) => kind === 'answerLost')) {
        note(0, 'answerLost')
        incoming.socket.resetAndDestroy()
        return
      }
      note(200)
      send(response, request, protocol.answer(action, output, requestId))
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      refuse(error)
    }
  }
}

function strike(fault: Fault, { codes }: Protocol, action: string): AwsError | undefined {
  switch (fault.kind) {
    case 'throttle':
      return new AwsError(
        codes.throttled,
        'Rate exceeded',
        codes.throttled === 'SlowDown' || codes.throttled === 'RequestLimitExceeded' ? 503 : 400,
      )
    case 'serverError':
      return new AwsError(codes.internal, 'An internal error has occurred', 500)
    case 'denied':
      return new AwsError(
        codes.denied,
        `User is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
        403,
      )
    case 'expired':
      return expired({ codes })
    default:
      return undefined
  }
}

const expired = ({ codes }: Pick<Protocol, 'codes'>): AwsError =>
  new AwsError(
    codes.expired,
    'The security token included in the request is expired',
    codes.expired === 'ExpiredTokenException' ? 400 : 403,
  )

/** `KEY/20260101/us-west-2/ec2/aws4_request`, in a header or, presigned, in the query. */
function scopeOf({ headers, query }: HttpRequest): { keyId: string; region: string; service: string } {
  const scope = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? ''
  const [keyId = '', , region = '', service = ''] = scope.split('/')
  return { keyId, region, service }
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://fake')
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(parts),
  }
}

function send(response: ServerResponse, request: HttpRequest, { status, headers, body }: Reply): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (headers['content-length'] === undefined) response.setHeader('content-length', Buffer.byteLength(body))
  response.end(request.method === 'HEAD' ? undefined : body)
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
