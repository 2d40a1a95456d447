// Karmada on its host, and the members that join it.

import type { Plan, PlannedStep } from '../../model/plan.ts'
import { outputs, stackNames } from '../cloudformation/names.ts'
import { fleetValue } from '../fleet-values.ts'
import { applied, chartCommands } from './apply.ts'
import type { Instructions, Written } from './instructions.ts'
import { deploy, outputOf } from './stacks.ts'
import { isRecord, plainName, text } from './text.ts'

export function startCommands({ intent, subject }: PlannedStep, { fleet }: Plan, written: Written): Instructions {
  const { installs, folderOfBundle } = written
  const host = fleet.clusters.find(({ name }) => name === subject.cluster)
  const name = text(intent.name)
  const byHand = installs.filter(({ cluster, bundle }) => cluster === subject.cluster && bundle.startsWith('karmada'))
  const front = isRecord(intent.endpoint) && intent.endpoint.kind === 'networkLoadBalancer'
  const stack = stackNames(fleet.name).karmada(name)
  const beside = folderOfBundle('karmada', subject.cluster ?? '')
  const members = folderOfBundle('karmada-members', name)
  return {
    commands: [
      ...(front && host?.region !== undefined
        ? [
            deploy(stack, host.region),
            ...fleet.pools
              .filter((pool) => pool.cluster === host.name && pool.kind === 'managed')
              .map(
                (pool) =>
                  `aws autoscaling attach-traffic-sources --region ${host.region} --auto-scaling-group-name $(aws eks describe-nodegroup --region ${host.region} --cluster-name ${host.name} --nodegroup-name ${pool.name} --query 'nodegroup.resources.autoScalingGroups[0].name' --output text) --traffic-sources Identifier=${outputOf(stack, host.region ?? '', 'KarmadaTargetGroupArn')},Type=elbv2`,
              ),
            `export ${plainName(fleetValue.federationHost(name))}=${outputOf(stack, host.region, 'KarmadaHost')}`,
          ]
        : []),
      ...(byHand.length === 0
        ? [`flux --context ${subject.cluster} get helmreleases --all-namespaces`]
        : [
            ...(beside === undefined ? [] : [applied(`--context ${subject.cluster}`, beside, written)]),
            ...byHand.flatMap(chartCommands),
          ]),
      `kubectl --context ${subject.cluster} --namespace karmada-system get pods`,
      `(umask 077; kubectl --context ${subject.cluster} --namespace karmada-system get secret karmada-kubeconfig --output jsonpath='{.data.kubeconfig}' | base64 --decode > karmada.kubeconfig)`,
      ...(byHand.length === 0 || members === undefined
        ? []
        : [
            `kubectl --kubeconfig karmada.kubeconfig apply --server-side --filename ${baseOf(members)}/cluster-taint-policy.yaml`,
          ]),
    ],
  }
}

export function joinCommands({ intent, subject }: PlannedStep, { fleet }: Plan, written: Written): Instructions {
  const { folderOfBundle } = written
  const member = subject.cluster ?? ''
  const federation = subject.federation ?? ''
  const pull = intent.sync === 'pull'
  const own = folderOfBundle(pull ? 'karmada-agent' : 'karmada-member', member)
  const members = folderOfBundle('karmada-members', federation)
  const byHand = fleet.gitops === undefined
  const endpoint = plainName(fleetValue.clusterEndpoint(member))
  const region = fleet.clusters.find(({ name }) => name === member)?.region
  return {
    commands: [
      ...(byHand && own !== undefined ? [applied(`--context ${member}`, own, written)] : []),
      ...(pull
        ? [
            `kubectl --context ${member} --namespace karmada-system create secret generic karmada-agent-config --from-file=karmada.config=karmada.kubeconfig --dry-run=client --output yaml | kubectl --context ${member} apply --server-side --filename -`,
            `kubectl --context ${member} --namespace karmada-system rollout status deployment/karmada-agent`,
          ]
        : [
            // the authority of the member, and tokens of the accounts that its files made; neither stands in a file
            `kubectl config view --raw --minify --context ${member} --output jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 --decode > ${member}-ca.pem`,
            ...['', '-impersonator'].map(
              (which) =>
                `kubectl --kubeconfig karmada.kubeconfig --namespace karmada-cluster create secret generic ${member}${which} --from-file=caBundle=${member}-ca.pem --from-literal=token=$(kubectl --context ${member} --namespace karmada-cluster create token ${which === '' ? `karmada-${member}` : 'karmada-impersonator'} --duration 8760h) --dry-run=client --output yaml | kubectl --kubeconfig karmada.kubeconfig apply --server-side --filename -`,
            ),
          ]),
      ...(byHand && members !== undefined && !pull
        ? [
            ...(region === undefined
              ? []
              : [
                  `export ${endpoint}=${outputOf(stackNames(fleet.name).cluster(member), region, outputs.clusterEndpoint)}`,
                ]),
            `envsubst '$${endpoint}' < ${baseOf(members)}/${member}.yaml | kubectl --kubeconfig karmada.kubeconfig apply --server-side --filename -`,
          ]
        : []),
      `kubectl --kubeconfig karmada.kubeconfig get cluster ${member}`,
    ],
  }
}

/** The folder of what all targets of a bundle share, from that of one of them. */
const baseOf = (folder: string): string => folder.replace(/[^/]+\/([^/]+)$/, 'base/$1')
