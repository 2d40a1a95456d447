// Values that only stacks know, by the variable that manifests call them: `fleet_vpc_main`. An output that is there stays what it is for
// the run; one that is not there yet is asked for again.

import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { outputs, stackNames } from '../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { asList, asRecord, asText } from '../../../artefacts/cloudformation/values.ts'
import { fleetValue } from '../../../artefacts/fleet-values.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Ground } from '../ground.ts'
import type { Aws } from './clients.ts'
import { awsRefusal } from './errors.ts'
import { whereOfStack } from './fleet-accounts.ts'
import { outputsOf, stackOf } from './stack-state.ts'

const karmadaHost = 'KarmadaHost'

/** As manifests call the account of a fleet that names none. */
const unnamedAccount = 'main'

type Source =
  | { readonly value: string }
  | { readonly stack: string; readonly output: string }
  /** The account of who asks, in this Region. */
  | { readonly callerIn: string }

export function valuesOf(plan: Plan, stacks: readonly StackFile[], aws: Aws): Ground['valueOf'] {
  const sources = sourcesOf(plan)
  const files = new Map(stacks.map((file) => [file.name, file]))
  const known = new Map<string, string>()
  return async (variable) => {
    const source = sources.get(variable)
    if (source === undefined) return undefined
    if ('value' in source) return source.value
    const before = known.get(variable)
    if (before !== undefined) return before
    if ('callerIn' in source) {
      const { Account } = await aws
        .sts({ account: undefined, region: source.callerIn })
        .send(new GetCallerIdentityCommand({}))
        .catch((error: unknown) => {
          throw awsRefusal(error, `AWS in ${source.callerIn} does not say who you are`)
        })
      if (Account !== undefined) known.set(variable, Account)
      return Account
    }
    const file = files.get(source.stack)
    if (file === undefined) return undefined
    const stack = await stackOf(aws.cloudFormation(whereOfStack(plan.fleet, file)), source.stack).catch(
      (error: unknown) => {
        throw awsRefusal(error, `the stack ${source.stack} cannot be described`)
      },
    )
    const value = stack === undefined ? undefined : outputsOf(stack)[source.output]
    if (value !== undefined) known.set(variable, value)
    return value
  }
}

function sourcesOf({ fleet, steps }: Plan): ReadonlyMap<string, Source> {
  const named = stackNames(fleet.name)
  const found = new Map<string, Source>()
  const put = (variable: string, source: Source) => found.set(variable.slice(2, -1), source)
  for (const { name, id } of fleet.accounts) put(fleetValue.accountId(name), { value: id })
  const region = fleet.networks.find((it) => it.region !== undefined)?.region
  if (fleet.accounts.length === 0 && region !== undefined)
    put(fleetValue.accountId(unnamedAccount), { callerIn: region })
  for (const { kind, subject, intent } of steps) {
    const { network, cluster, federation } = subject
    if (kind === 'network' && network !== undefined && intent.part === undefined) {
      const stack = named.network(network)
      const existing = asText(intent.existing)
      put(fleetValue.vpcId(network), existing === '' ? { stack, output: outputs.vpcId } : { value: existing })
      for (const subnet of asList(intent.subnets).map(asRecord)) {
        const name = asText(subnet.name)
        const id = asText(subnet.existing)
        put(fleetValue.subnetId(name), id === '' ? { stack, output: outputs.subnetId(name) } : { value: id })
      }
    }
    if (kind === 'cluster.create' && cluster !== undefined)
      put(fleetValue.clusterEndpoint(cluster), { stack: named.cluster(cluster), output: outputs.clusterEndpoint })
    if (kind === 'federation.start' && federation !== undefined)
      put(fleetValue.federationHost(federation), { stack: named.karmada(federation), output: karmadaHost })
  }
  return found
}
