// Add-ons: with a stack, by Flux, by helm, or as curated packages; and the images that are carried to where there is no way out.

import type { Fleet } from '../../model/fleet.ts'
import type { IntentValue, PlannedStep } from '../../model/plan.ts'
import { outputs, stackNames } from '../cloudformation/names.ts'
import type { Instructions } from './instructions.ts'
import { deploy, outputOf, regionOf } from './stacks.ts'
import { isRecord, text } from './text.ts'

export function addonCommands({ intent, subject }: PlannedStep, fleet: Fleet): Instructions {
  const cluster = subject.cluster ?? ''
  if (Array.isArray(intent.commands))
    return { commands: intent.commands.map((command) => spelled(text(command), intent)) }
  if (intent.package !== undefined)
    return {
      commands: [
        `kubectl --context ${text(intent.controller)} --namespace ${text(intent.namespace)} get packages.packages.eks.amazonaws.com`,
      ],
    }
  const declared = fleet.clusters.find((it) => it.name === cluster)
  const stack = stackNames(fleet.name).cluster(cluster)
  if (intent.audience !== undefined && declared?.region !== undefined)
    // its provider comes with the stack of the control plane
    return {
      commands: [`aws iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn' --output text`],
    }
  if (declared?.region !== undefined && (intent.deployment === 'coredns' || intent.by === 'eks'))
    return { commands: [deploy(stackNames(fleet.name).addons(cluster), declared.region)] }
  const { chart } = intent
  if (isRecord(chart) && intent.by === 'helm') {
    const network = declared?.network
    const region = regionOf(fleet, network)
    return {
      commands: [
        // the role and its policy come with the stack of the control plane
        ...(network === undefined || region === undefined
          ? []
          : [`VPC_ID=${outputOf(stackNames(fleet.name).network(network), region, outputs.vpcId)}`]),
        ...(region === undefined ? [] : [`ROLE_ARN=${outputOf(stack, region, outputs.controllerRole)}`]),
        ...serviceAccountCommands(intent, cluster),
        `helm upgrade --install ${text(intent.releaseName)} ${text(chart.name)} --repo ${text(isRecord(chart.repository) ? chart.repository.url : '')} --version ${text(chart.version)} --kube-context ${cluster} --namespace ${text(intent.namespace)}${valueFlags(intent.values)}`,
      ],
    }
  }
  if (isRecord(chart))
    return { commands: [`flux --context ${cluster} get helmreleases --namespace ${text(intent.namespace)}`] }
  return { commands: [], takeOver: intent }
}

/** The chart is told not to make it; one that gets its credentials by OIDC names its role, one by Pod Identity does not. */
function serviceAccountCommands({ serviceAccount }: PlannedStep['intent'], cluster: string): readonly string[] {
  const account = isRecord(serviceAccount) ? serviceAccount : {}
  const at = `kubectl --context ${cluster} --namespace ${text(account.namespace)}`
  return [
    `${at} create serviceaccount ${text(account.name)} --dry-run=client --output yaml | ${at} apply --server-side --filename -`,
    ...(account.identity === 'oidc'
      ? [`${at} annotate --overwrite serviceaccount ${text(account.name)} eks.amazonaws.com/role-arn=$ROLE_ARN`]
      : []),
  ]
}

/** The flags of the two commands that carry images over, which the intent names without them. */
function spelled(command: string, { registry, release }: PlannedStep['intent']): string {
  switch (command) {
    case 'eksctl anywhere download images':
      return 'eksctl anywhere download images --include-packages --output images.tar'
    case 'eksctl anywhere import images':
      return `eksctl anywhere import images --input images.tar --bundles eks-anywhere-downloads/bundle-release.yaml --registry ${text(registry)}`
    case 'eksctl anywhere copy packages':
      return `eksctl anywhere copy packages ${text(registry)} --src-chart-registry public.ecr.aws/eks-anywhere`
    default:
      return release === undefined ? command : `${command} # of release ${text(release)}`
  }
}

function valueFlags(values: IntentValue | undefined): string {
  const flags: string[] = []
  const walk = (path: string, value: IntentValue): void => {
    if (isRecord(value) && value.ofNetwork !== undefined) flags.push(`${path}=$VPC_ID`)
    else if (isRecord(value))
      for (const [key, inner] of Object.entries(value)) walk(path === '' ? key : `${path}.${key}`, inner)
    else flags.push(`${path}=${text(value)}`)
  }
  if (values !== undefined) walk('', values)
  return flags.map((flag) => ` --set ${flag}`).join('')
}
