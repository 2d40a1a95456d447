// Carries out a line for the AWS CLI as a person would type it from what skerry prints, by the SDK: options become the input of the action
// of the same name. Only services and forms of options that are printed anywhere; everything else is a failure.

import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as cloudFormation from '@aws-sdk/client-cloudformation'
import * as ec2 from '@aws-sdk/client-ec2'
import * as eks from '@aws-sdk/client-eks'
import * as route53 from '@aws-sdk/client-route-53'

interface Service {
  readonly module: object
  readonly client: string
  /** EKS begins the names of its fields small. */
  readonly small?: boolean
}

const services: Readonly<Record<string, Service>> = {
  cloudformation: { module: cloudFormation, client: 'CloudFormationClient' },
  ec2: { module: ec2, client: 'EC2Client' },
  eks: { module: eks, client: 'EKSClient', small: true },
  autoscaling: { module: autoScaling, client: 'AutoScalingClient' },
  route53: { module: route53, client: 'Route53Client' },
}

type Sends = { readonly send: (command: object) => Promise<unknown>; readonly destroy: () => void }
type Made<T> = new (input: object) => T

const pascal = (kebab: string): string =>
  kebab
    .split('-')
    .map((part) => `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`)
    .join('')

/** Of what comes behind a `#` people read, and shells do not. */
export async function awsCli(env: Readonly<Record<string, string>>, line: string): Promise<unknown> {
  const [program, name = '', action = '', ...rest] = line.replace(/\s+#.*$/, '').match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  const service = services[name]
  if (program !== 'aws' || service === undefined) throw new Error(`no line for the AWS CLI: ${line}`)
  const given: Record<string, string[]> = {}
  let last: string[] = []
  for (const word of rest) {
    if (word.startsWith('--')) {
      last = []
      given[word.slice(2)] = last
    } else last.push(word.replace(/^(['"])(.*)\1$/, '$2'))
  }
  const { region = ['us-east-1'], query: _, output: __, ...options } = given
  const Client = (service.module as Record<string, Made<Sends>>)[service.client] as Made<Sends>
  const Command = (service.module as Record<string, Made<object>>)[`${pascal(action)}Command`]
  if (Command === undefined) throw new Error(`${name} has no action ${action}`)
  const client = new Client({
    region: region[0],
    endpoint: env.AWS_ENDPOINT_URL,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  })
  try {
    return await client.send(new Command(inputOf(`${name} ${action}`, options, service.small === true)))
  } finally {
    client.destroy()
  }
}

/** Options that hold lists however many are given. */
const lists = new Set([
  ...['capabilities', 'parameters', 'filters', 'groups', 'versions', 'scaling-processes', 'group-ids'],
  ...['instance-ids', 'image-ids'],
])

function inputOf(what: string, options: Readonly<Record<string, readonly string[]>>, small: boolean): object {
  const { protocol, 'source-group': source, ...others } = options
  const input = Object.fromEntries(
    Object.entries(others).map(([option, values]) => {
      const key = small ? `${pascal(option)[0]?.toLowerCase()}${pascal(option).slice(1)}` : pascal(option)
      const [value = ''] = values
      if (values.length === 0) return [key, true]
      if (lists.has(option)) return [key, values.map(shorthand)]
      return [key, /^\d+$/.test(value) && !small ? Number(value) : shorthand(value)]
    }),
  )
  // the CLI's own short form of a rule
  return what.startsWith('ec2 authorize') && protocol !== undefined
    ? {
        ...input,
        IpPermissions: [{ IpProtocol: protocol[0], UserIdGroupPairs: source?.map((GroupId) => ({ GroupId })) }],
      }
    : input
}

/** `A=1,B=true` is a record. */
function shorthand(text: string): unknown {
  if (!/^[A-Za-z]+=[^=]*(,[A-Za-z]+=[^=]*)*$/.test(text)) return text
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value = ''] = pair.split('=')
      return [key, value === 'true' ? true : key === 'Values' ? [value] : value]
    }),
  )
}
