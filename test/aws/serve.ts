// The fake as a process of its own, for tests that start and kill others: `npx tsx test/aws/serve.ts [options as JSON]`. It prints one line
// of JSON with its url and the environment for its clients, and is told things by HTTP:
//   GET  /_fake/state[?type=AWS::EC2::VPC]  GET /_fake/stacks  GET /_fake/calls  GET /_fake/settled
//   POST /_fake/plant   {kind, …}           → {id}          DELETE /_fake/plant/ID
//   POST /_fake/change  {id, properties}    POST /_fake/remove {id}    POST /_fake/add {type, properties, at}
//   POST /_fake/balancer {name, subnets, …} POST /_fake/health {id, isHealthy}   POST /_fake/bucket {name}   POST /_fake/stop

import { pathToFileURL } from 'node:url'
import type { FakeAwsOptions } from './cloud.ts'
import type { AddedBalancer } from './fake-state.ts'
import type { Fault, Planted } from './faults.ts'
import type { Input, Json } from './json.ts'
import { record, text } from './json.ts'
import type { HttpRequest, Reply } from './protocols/protocol.ts'
import type { Beside, FakeAws } from './server.ts'
import { startFakeAws } from './server.ts'

export function control(onStop: () => void): Beside {
  const planted: Planted[] = []
  return async (request, fake) => {
    if (!request.path.startsWith('/_fake/')) return undefined
    try {
      return answered(200, await told(request, fake, planted, onStop))
    } catch (error) {
      return answered(400, { error: error instanceof Error ? error.message : String(error) })
    }
  }
}

async function told(request: HttpRequest, fake: FakeAws, planted: Planted[], onStop: () => void): Promise<unknown> {
  const { method, path, query, body } = request
  const input = body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Input)
  const { state } = fake
  const [, , what = '', id = ''] = path.split('/')
  switch (`${method} ${what}`) {
    case 'GET state':
      return state.resources(query.get('type') ?? undefined)
    case 'GET stacks':
      return state.stacks().map(({ id: arn, name, account, region, status, reason, resources, outputs, given }) => ({
        ...{ id: arn, name, account, region, status, reason, outputs, tags: given.tags },
        resources: [...resources.values()].map(({ logicalId, type, physicalId, status: is }) => ({
          logicalId,
          type,
          physicalId,
          status: is,
        })),
      }))
    case 'GET calls':
      return fake.calls
    case 'GET settled':
      return state.settled()
    case 'POST plant':
      return { id: planted.push(fake.plant(input as unknown as Fault)) - 1 }
    case 'GET plant':
      return planted.map(({ fault, hits }) => ({ fault, hits }))
    case 'DELETE plant':
      return planted[Number(id)]?.lift()
    case 'POST change':
      return state.change(text(input.id), record(input.properties))
    case 'POST remove':
      return state.remove(text(input.id))
    case 'POST add':
      return state.add(text(input.type), record(input.properties), record(input.at) as { account?: string })
    case 'POST balancer':
      return state.addLoadBalancer(input as unknown as AddedBalancer)
    case 'POST health':
      return state.setHealth(text(input.id), input.isHealthy === true)
    case 'POST bucket':
      return state.bucket(text(input.name))
    case 'POST stop':
      return onStop()
    default:
      throw new Error(`the fake is not told ${method} ${path}`)
  }
}

const answered = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify((body ?? null) as Json),
})

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = JSON.parse(process.argv[2] ?? '{}') as FakeAwsOptions
  const end = (): void => void fake.stop().then(() => process.exit(0))
  const fake = await startFakeAws(
    options,
    control(() => setTimeout(end, 10)),
  )
  process.once('SIGTERM', end)
  process.stdout.write(`${JSON.stringify({ url: fake.url, env: fake.env })}\n`)
}
