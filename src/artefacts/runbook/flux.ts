// Flux on a cluster: its controllers, the Secret for Git, the values that exist only now, its source and its root.

import type { Fleet } from '../../model/fleet.ts'
import type { Plan, PlannedStep } from '../../model/plan.ts'
import { outputs, stackNames } from '../cloudformation/names.ts'
import { fleetValue, fleetValues } from '../fleet-values.ts'
import type { Instructions, Written } from './instructions.ts'
import { secretRead } from './secrets.ts'
import { outputOf, regionOf } from './stacks.ts'
import { isRecord, plainName, text } from './text.ts'

export function fluxCommands({ intent, subject }: PlannedStep, { fleet }: Plan, { valuesOf }: Written): Instructions {
  const cluster = subject.cluster ?? ''
  const source = isRecord(intent.source) ? intent.source : {}
  const root = isRecord(intent.root) ? intent.root : {}
  const secret = source.secret
  const declared = fleet.clusters.find(({ name }) => name === cluster)
  const path = text(root.path).replace(/^\.\//, '')
  return {
    commands: [
      `flux --context ${cluster} install${intent.version === undefined ? '' : ` --version ${text(intent.version)}`} --components source-controller,kustomize-controller,helm-controller`,
      ...(secret === undefined ? [] : [...gitSecret(cluster, text(secret), text(source.url))]),
      ...valueCommands(fleet, cluster, valuesOf(cluster)),
      declared?.class === undefined
        ? `kubectl --context ${cluster} apply --server-side --filename gitops/${path}/gotk-sync.yaml`
        : `cluster=${cluster} flux envsubst --strict < gitops/${path.replace(/[^/]+\/flux-system$/, `classes/${declared.class}`)}/gotk-sync.yaml | kubectl --context ${cluster} apply --server-side --filename -`,
      `flux --context ${cluster} get all --namespace flux-system`,
    ],
  }
}

/** flux asks for nothing: over HTTPS it is told a user and a token, over SSH it makes a key and shows what the repository must admit. */
const gitSecret = (cluster: string, secret: string, url: string): readonly string[] => {
  const create = `flux --context ${cluster} create secret git ${secret} --url ${url}`
  return url.startsWith('ssh:')
    ? [`${create} # shows a public key: let the repository admit it, for reading`]
    : [
        secretRead({ name: 'GIT_TOKEN', from: 'of the repository, for reading' }),
        `${create} --username git --password "$GIT_TOKEN"`,
      ]
}

/** The ConfigMap from which Flux fills in what exists only now. */
function valueCommands(fleet: Fleet, cluster: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const known = valueSources(fleet, cluster)
  const literals = names.map((name) => ` --from-literal=${name}=${known.get(name) ?? '$VALUE'}`).join('')
  return [
    `kubectl --context ${cluster} --namespace ${fleetValues.namespace} create configmap ${fleetValues.name}${literals} --dry-run=client --output yaml | kubectl --context ${cluster} apply --server-side --filename -`,
  ]
}

/** By the name of the variable, the command that finds its value. */
function valueSources(fleet: Fleet, cluster: string): ReadonlyMap<string, string> {
  const named = stackNames(fleet.name)
  const found = new Map<string, string>()
  const put = (variable: string, stack: string, region: string | undefined, output: string): void => {
    if (region !== undefined) found.set(plainName(variable), outputOf(stack, region, output))
  }
  for (const { name, subnets } of fleet.networks) {
    const region = regionOf(fleet, name)
    put(fleetValue.vpcId(name), named.network(name), region, outputs.vpcId)
    for (const subnet of subnets)
      put(fleetValue.subnetId(subnet.name), named.network(name), region, outputs.subnetId(subnet.name))
  }
  for (const { name, id } of fleet.accounts) found.set(plainName(fleetValue.accountId(name)), id)
  for (const { name, region, network } of fleet.clusters) {
    put(fleetValue.clusterEndpoint(name), named.cluster(name), region, outputs.clusterEndpoint)
    if (name === cluster && network !== undefined)
      put(fleetValue.ownVpcId, named.network(network), region, outputs.vpcId)
  }
  for (const { name, host } of fleet.federations)
    put(
      fleetValue.federationHost(name),
      named.karmada(name),
      fleet.clusters.find((it) => it.name === host)?.region,
      'KarmadaHost',
    )
  return found
}
