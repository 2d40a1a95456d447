// The commands that take one step back. What the fleet's own stacks made goes with them; skerry names what must be gone before.

import type { Fleet } from '../../model/fleet.ts'
import type { IntentValue, Step, UndoStep } from '../../model/plan.ts'
import { text } from './commands.ts'

type Undo = (step: UndoStep, made: Step | undefined, fleet: Fleet) => readonly string[]

export const undoCommands = (step: UndoStep, made: Step | undefined, fleet: Fleet): readonly string[] =>
  byKind[step.kind](step, made, fleet)

const byKind: Readonly<Record<UndoStep['kind'], Undo>> = {
  'gitops.suspend': ({ subject }) => [`flux --context ${subject.cluster} suspend kustomization --all`],
  'gitops.stop': ({ subject }) => [`flux --context ${subject.cluster} uninstall --silent`],
  'app.remove': ({ subject }, made) => {
    const namespace = text(made?.intent.namespace)
    if (subject.federation !== undefined)
      return [
        `kubectl --kubeconfig karmada.kubeconfig --namespace ${namespace} delete ingress,deployment,service --all`,
        `kubectl --kubeconfig karmada.kubeconfig --namespace ${namespace} delete propagationpolicies,overridepolicies --all`,
      ]
    // the load balancer goes while its controller still runs
    return [
      `kubectl --context ${subject.cluster} --namespace ${namespace} delete ingress --all --wait`,
      `kubectl --context ${subject.cluster} delete namespace ${namespace}`,
    ]
  },
  'addon.remove': ({ subject }, made) => {
    const { intent } = made ?? { intent: {} as Step['intent'] }
    if (intent.package !== undefined)
      return [
        `kubectl --context ${text(intent.controller)} --namespace ${text(intent.namespace)} delete packages.packages.eks.amazonaws.com ${text(intent.package)}`,
      ]
    if (intent.by === 'flux')
      return [`kubectl --context ${subject.cluster} --namespace ${text(intent.namespace)} delete helmrelease ${subject.addon}`]
    if (intent.releaseName !== undefined)
      return [`helm uninstall ${text(intent.releaseName)} --kube-context ${subject.cluster} --namespace ${text(intent.namespace)}`]
    return []
  },
  'pool.drain': ({ subject }) => [
    `kubectl --context ${subject.cluster} drain --ignore-daemonsets --delete-emptydir-data --selector skerry.dev/pool=${subject.pool}`,
  ],
  'cluster.delete': ({ subject }, made) => {
    const name = subject.cluster ?? ''
    if (made?.intent.kind !== 'eksAnywhere') return []
    return made.intent.by === 'flux'
      ? [
          `# take its files out of the repository; the management cluster then deletes it`,
          `kubectl --context ${text(made.intent.managementCluster)} wait --for=delete clusters.anywhere.eks.amazonaws.com/${name} --timeout=60m`,
        ]
      : [`eksctl anywhere delete cluster --filename eks-anywhere/${name}/cluster.yaml`]
  },
  'member.leave': ({ subject }) => [`karmadactl unjoin ${subject.cluster} --kubeconfig karmada.kubeconfig --cluster-kubeconfig ${subject.cluster}.kubeconfig`],
  'federation.stop': ({ subject }) => [
    `helm uninstall karmada --kube-context ${subject.cluster} --namespace karmada-system`,
    `kubectl --context ${subject.cluster} --namespace karmada-system delete persistentvolumeclaims --all`,
  ],
  'route.withdraw': () => [],
  'network.delete': ({ subject }, made) => leftBehind(subject.network, made?.intent.region),
  'zone.keep': () => [],
  keep: () => [],
}

/** What a controller made in the network and no stack knows of: found by its tags before the network is deleted. */
function leftBehind(network: string | undefined, region: IntentValue | undefined): readonly string[] {
  if (network === undefined || region === undefined) return []
  return [
    `aws elbv2 describe-load-balancers --region ${text(region)} --query 'LoadBalancers[].[LoadBalancerName,VpcId]' --output text`,
    `aws ec2 describe-network-interfaces --region ${text(region)} --filters Name=status,Values=available --query 'NetworkInterfaces[].[NetworkInterfaceId,VpcId,Description]' --output text`,
  ]
}
