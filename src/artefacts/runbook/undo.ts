// The commands that take one step back: the stack that made it is deleted when all that stood on it is gone.

import type { Plan, Step, UndoStep } from '../../model/plan.ts'
import { hasFront } from '../cloudformation/front.ts'
import { stackNames } from '../cloudformation/names.ts'
import { hasPoolStack } from '../cloudformation/nodes.ts'
import { dnsRecords } from '../dns/index.ts'
import { withdrawn } from './apply.ts'
import { clusterDeletion } from './clusters.ts'
import type { Written } from './instructions.ts'
import { deletes, regionOf } from './stacks.ts'
import { text } from './text.ts'

type Undo = (step: UndoStep, made: Step | undefined, plan: Plan, written: Written) => readonly string[]

export const undoCommands = (step: UndoStep, made: Step | undefined, plan: Plan, written: Written): readonly string[] =>
  byKind[step.kind](step, made, plan, written)

const byKind: Readonly<Record<UndoStep['kind'], Undo>> = {
  'gitops.suspend': ({ subject }) => [`flux --context ${subject.cluster} suspend kustomization --all`],
  'gitops.stop': ({ subject }) => [`flux --context ${subject.cluster} uninstall --silent`],
  'app.remove': (step, made, plan, written) => {
    const { subject } = step
    const namespace = text(made?.intent.namespace)
    const to = subject.federation === undefined ? `--context ${subject.cluster}` : '--kubeconfig karmada.kubeconfig'
    if (isShared(step, namespace, plan)) {
      // others live there still
      const folder = written.folderOf(subject.app ?? '', subject.federation ?? subject.site ?? '')
      return folder === undefined ? [] : [withdrawn(to, folder, written)]
    }
    // the load balancer goes while its controller still runs
    return [
      `kubectl ${to} --namespace ${namespace} delete ingress --all --wait`,
      ...(subject.federation === undefined
        ? []
        : [
            `kubectl ${to} --namespace ${namespace} delete deployment,service --all`,
            `kubectl ${to} --namespace ${namespace} delete propagationpolicies,overridepolicies --all`,
          ]),
      `kubectl ${to} delete namespace ${namespace}`,
      ...(made !== undefined && hasFront(made)
        ? deletes(
            stackNames(plan.fleet.name).front(subject.app ?? '', subject.site ?? ''),
            plan.fleet.clusters.find(({ name }) => name === subject.cluster)?.region,
          )
        : []),
    ]
  },
  'addon.remove': ({ subject }, made) => {
    const { intent } = made ?? { intent: {} as Step['intent'] }
    if (intent.package !== undefined)
      return [
        `kubectl --context ${text(intent.controller)} --namespace ${text(intent.namespace)} delete packages.packages.eks.amazonaws.com ${text(intent.package)}`,
      ]
    if (intent.by === 'flux')
      return [
        `kubectl --context ${subject.cluster} --namespace ${text(intent.namespace)} delete helmrelease ${subject.addon}`,
      ]
    if (intent.releaseName !== undefined)
      return [
        `helm uninstall ${text(intent.releaseName)} --kube-context ${subject.cluster} --namespace ${text(intent.namespace)}`,
      ]
    return []
  },
  'pool.drain': ({ subject }, made, { fleet }) => {
    const region = fleet.clusters.find((it) => it.name === subject.cluster)?.region
    const onAws = made !== undefined && hasPoolStack(made)
    return [
      `kubectl --context ${subject.cluster} drain --ignore-daemonsets --delete-emptydir-data --selector skerry.dev/site=${subject.site},skerry.dev/pool=${subject.pool}`,
      ...(onAws ? deletes(stackNames(fleet.name).nodes(subject.site ?? '', subject.pool ?? ''), region) : []),
    ]
  },
  'cluster.delete': ({ subject }, made, plan) => {
    const name = subject.cluster ?? ''
    if (made?.intent.kind === 'eksAnywhere') return clusterDeletion(name, made, plan)
    const named = stackNames(plan.fleet.name)
    const region = text(made?.intent.region)
    return [
      ...hostDeletion(name, text(made?.intent.network), plan),
      ...deletes(named.addons(name), region),
      ...deletes(named.cluster(name), region),
    ]
  },
  'member.leave': ({ subject }, made) => {
    const of = `--cluster-kubeconfig ${subject.cluster}-member.kubeconfig --cluster-context ${subject.cluster}`
    return [
      `(umask 077; kubectl config view --raw --minify --flatten --context ${subject.cluster} > ${subject.cluster}-member.kubeconfig)`,
      made?.intent.sync === 'pull'
        ? `karmadactl unregister ${subject.cluster} --karmada-config karmada.kubeconfig ${of}`
        : `karmadactl unjoin ${subject.cluster} --kubeconfig karmada.kubeconfig ${of}`,
      `rm ${subject.cluster}-member.kubeconfig`,
    ]
  },
  'federation.stop': ({ subject }, _, { fleet }) => [
    `helm uninstall karmada --kube-context ${subject.cluster} --namespace karmada-system`,
    `kubectl --context ${subject.cluster} --namespace karmada-system delete persistentvolumeclaims --all`,
    ...deletes(
      stackNames(fleet.name).karmada(subject.federation ?? ''),
      fleet.clusters.find(({ name }) => name === subject.cluster)?.region,
    ),
  ],
  // records, checks and zone are one stack: it goes with the first of them that is withdrawn
  'route.withdraw': (step, _, plan) => {
    const records = dnsRecords(plan)
    const zoneOf = (id: string) =>
      [...records.recordSets, ...records.healthChecks].find((it) => it.step === id)?.zone ??
      records.zones.find((it) => it.step === id)?.id
    const zone = records.zones.find(({ id }) => id === zoneOf(step.undoes))
    const firstOf = (id: string | undefined) =>
      plan.backward.find((it) => it.kind === 'route.withdraw' && zoneOf(it.undoes) === id)
    if (zone === undefined || firstOf(zone.id) !== step) return []
    const named = stackNames(plan.fleet.name)
    // alarms go when no health check follows them any more: with the last zone
    const isLast = [...new Set(records.alarms.map((it) => it.zone))].every((id) => {
      const other = firstOf(id)
      return other === undefined || plan.backward.indexOf(other) <= plan.backward.indexOf(step)
    })
    const followed = records.alarms.some((it) => it.zone === zone.id) && isLast
    const regions = followed ? [...new Set(records.alarms.map(({ region }) => region))] : []
    return [
      ...deletes(named.dns(zone.Properties.Name), 'us-east-1'),
      ...regions.flatMap((region) => deletes(named.alarms(region), region)),
    ]
  },
  'network.delete': ({ subject }, made, { fleet }) => {
    const network = subject.network ?? ''
    const named = stackNames(fleet.name)
    const region = regionOf(fleet, network)
    if (made?.intent.part === 'endpoints') return deletes(named.endpoints(network), region)
    if (made?.intent.part !== undefined) return []
    return [...leftBehind(region), ...deletes(named.network(network), region)]
  },
  'zone.keep': () => [],
  keep: () => [],
}

/** With the first cluster of its network that goes: it holds an entry, and an open port, of each that it reaches. */
function hostDeletion(cluster: string, networkName: string, { fleet, steps, backward }: Plan): readonly string[] {
  const network = fleet.networks.find(({ name }) => name === networkName)
  if (network?.managementHost === undefined) return []
  const inside = new Set(
    steps.filter(({ kind, intent }) => kind === 'cluster.create' && intent.network === networkName).map(({ id }) => id),
  )
  const first = backward.find(({ kind, undoes }) => kind === 'cluster.delete' && inside.has(undoes))
  return first?.subject.cluster === cluster
    ? deletes(stackNames(fleet.name).host(network.name), regionOf(fleet, network.name))
    : []
}

/** Whether another app is in the namespace when this one goes. */
function isShared(step: UndoStep, namespace: string, { backward, steps }: Plan): boolean {
  const made = new Map(steps.map((it) => [it.id, it]))
  const at = ({ subject }: UndoStep): string => subject.federation ?? subject.cluster ?? ''
  return backward
    .slice(backward.indexOf(step) + 1)
    .some(
      (it) =>
        it.kind === 'app.remove' && at(it) === at(step) && text(made.get(it.undoes)?.intent.namespace) === namespace,
    )
}

/** What a controller made in the network and no stack knows of keeps its subnets: looked for before the network is deleted. */
function leftBehind(region: string | undefined): readonly string[] {
  if (region === undefined) return []
  return [
    `aws elbv2 describe-load-balancers --region ${region} --query 'LoadBalancers[].[LoadBalancerName,VpcId]' --output text`,
    `aws ec2 describe-network-interfaces --region ${region} --filters Name=status,Values=available --query 'NetworkInterfaces[].[NetworkInterfaceId,VpcId,Description]' --output text`,
  ]
}
