// Control planes: a stack of EKS; of EKS Anywhere a command of its admin machine, or a commit that its management cluster follows.

import type { Plan, PlannedStep, Step } from '../../model/plan.ts'
import { outputs, stackNames } from '../cloudformation/names.ts'
import type { Variable } from '../eks-anywhere/filled.ts'
import { filledIn } from '../eks-anywhere/index.ts'
import type { Instructions } from './instructions.ts'
import { filling, secretRead } from './secrets.ts'
import { deploy, outputOf, regionOf } from './stacks.ts'
import { text } from './text.ts'

export function clusterCommands({ intent, subject }: PlannedStep, plan: Plan): Instructions {
  const { fleet } = plan
  const name = subject.cluster ?? ''
  if (intent.kind === 'eks' || intent.kind === 'eksOutpost')
    return {
      commands: [
        deploy(stackNames(fleet.name).cluster(name), text(intent.region)),
        `aws eks update-kubeconfig --region ${text(intent.region)} --name ${name} --alias ${name}`,
        ...hostCommands(name, plan),
      ],
      ...(intent.endpoint === 'private' && {
        note: 'Its API has a private address only: what follows on this cluster is typed where its network is reached.',
      }),
    }
  if (intent.kind === 'existing') return { commands: [`kubectl --context ${name} version`] }
  const bare = intent.provider === 'bareMetal'
  const folder = `eks-anywhere/${name}`
  const filled = filledIn(plan).find(({ cluster }) => cluster === name)
  if (intent.by === 'flux') {
    const management = text(intent.managementCluster)
    const licence = filled?.licence
    return {
      commands: [
        ...(bare ? hardwareCommands(name, management, plan) : []),
        `flux --context ${management} reconcile kustomization flux-system --with-source`,
        // no file of Git holds it: Flux leaves a field alone that it never wrote
        ...(licence === undefined ? [] : licenceCommands(name, management, licence)),
        `kubectl --context ${management} wait --for=condition=Ready clusters.anywhere.eks.amazonaws.com/${name} --timeout=60m`,
        `(umask 077; kubectl --context ${management} --namespace eksa-system get secret ${name}-kubeconfig --output jsonpath='{.data.value}' | base64 --decode > ${name}.kubeconfig)`,
        ...contextCommands(name, `${name}.kubeconfig`),
      ],
    }
  }
  return {
    commands: [
      ...(filled?.environment ?? []).map((variable) => secretRead({ name: variable })),
      ...filling(filled?.inCluster ?? [], `${folder}/cluster.yaml`, `${name}.yaml`),
      ...(bare ? filling(filled?.inHardware ?? [], `${folder}/hardware.csv`, `${name}-hardware.csv`) : []),
      `eksctl anywhere create cluster --filename ${name}.yaml${bare ? ` --hardware-csv ${name}-hardware.csv` : ''} && rm ${name}.yaml${bare ? ` ${name}-hardware.csv` : ''}`,
      ...contextCommands(name, `${name}/${name}-eks-a-cluster.kubeconfig`),
    ],
  }
}

/** The machines of a workload cluster, made known to the cluster that makes it of them. */
export const hardwareCommands = (name: string, management: string, plan: Plan): readonly string[] => [
  ...filling(
    filledIn(plan).find(({ cluster }) => cluster === name)?.inHardware ?? [],
    `eks-anywhere/${name}/hardware.csv`,
    `${name}-hardware.csv`,
  ),
  `eksctl anywhere generate hardware --hardware-csv ${name}-hardware.csv > ${name}-hardware.yaml`,
  `kubectl --context ${management} apply --server-side --filename ${name}-hardware.yaml && rm ${name}-hardware.csv ${name}-hardware.yaml`,
]

export const licenceCommands = (name: string, management: string, licence: Variable): readonly string[] => [
  secretRead(licence),
  `kubectl --context ${management} patch clusters.anywhere.eks.amazonaws.com ${name} --type merge --patch "{\\"spec\\":{\\"licenseToken\\":\\"$${licence.name}\\"}}"`,
]

/** After the last cluster that it is to reach. */
function hostCommands(cluster: string, { fleet }: Plan): readonly string[] {
  const network = fleet.networks.find(({ name }) => name === fleet.clusters.find((it) => it.name === cluster)?.network)
  const region = regionOf(fleet, network?.name)
  const last = fleet.clusters.filter((it) => it.network === network?.name && it.kind !== 'existing').at(-1)
  if (network?.managementHost === undefined || last?.name !== cluster || region === undefined) return []
  const stack = stackNames(fleet.name).host(network.name)
  return [
    deploy(stack, region),
    `# a shell there: aws ssm start-session --region ${region} --target ${outputOf(stack, region, outputs.host)}`,
  ]
}

/** Its context is called as the cluster is, and stands beside those of the other clusters. */
const contextCommands = (name: string, file: string): readonly string[] => [
  `kubectl --kubeconfig ${file} config rename-context ${name}-admin@${name} ${name}`,
  `export KUBECONFIG=\${KUBECONFIG:-$HOME/.kube/config}:$PWD/${file}`,
]

/** What its admin machine made, it takes away again; what a management cluster made is deleted there, for Git never deletes a cluster. */
export function clusterDeletion(name: string, { intent }: Step, plan: Plan): readonly string[] {
  if (intent.by === 'flux') {
    const of = `kubectl --context ${text(intent.managementCluster)}`
    return [
      `${of} delete clusters.anywhere.eks.amazonaws.com ${name} --wait=false`,
      `${of} wait --for=delete clusters.anywhere.eks.amazonaws.com/${name} --timeout=60m`,
    ]
  }
  const filled = filledIn(plan).find(({ cluster }) => cluster === name)
  return [
    ...(filled?.environment ?? []).map((variable) => secretRead({ name: variable })),
    ...filling(filled?.inCluster ?? [], `eks-anywhere/${name}/cluster.yaml`, `${name}.yaml`),
    `eksctl anywhere delete cluster --filename ${name}.yaml && rm ${name}.yaml`,
  ]
}
