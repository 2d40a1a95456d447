// The commands that carry out or look at one step, as a person types them: stacks by their templates in `aws/`, all else by the tools of
// its engine. Where no command does it, the values to take over are given instead, never a command that does half of it.

import type { Plan, PlannedStep } from '../../model/plan.ts'
import { hasFront } from '../cloudformation/front.ts'
import { stackNames } from '../cloudformation/names.ts'
import { hasPoolStack } from '../cloudformation/nodes.ts'
import { addonCommands } from './addons.ts'
import { applied, chartCommands, namespacesBefore } from './apply.ts'
import { clusterCommands } from './clusters.ts'
import { joinCommands, startCommands } from './federations.ts'
import { fluxCommands } from './flux.ts'
import type { Instructions, Written } from './instructions.ts'
import { lookCommands } from './look.ts'
import { routeCommands } from './routes.ts'
import { deploy, hasLateAddons, networkCommands, regionOf } from './stacks.ts'
import { text } from './text.ts'

type Commands = (step: PlannedStep, plan: Plan, written: Written) => Instructions

export const instructionsFor = (step: PlannedStep, plan: Plan, written: Written): Instructions =>
  byKind[step.kind](step, plan, written)

const byKind: Readonly<Record<PlannedStep['kind'], Commands>> = {
  'zone.optIn': ({ intent }) => {
    const group = `--region ${text(intent.region)} --group-name ${text(intent.zoneGroup)}`
    const look = `aws ec2 describe-availability-zones --region ${text(intent.region)} --all-availability-zones --filters Name=group-name,Values=${text(intent.zoneGroup)} --query 'AvailabilityZones[].[ZoneName,OptInStatus]' --output text`
    return {
      commands: [`aws ec2 modify-availability-zone-group ${group} --opt-in-status opted-in`, look],
      look: [look],
    }
  },
  network: ({ intent, subject, existing }, { fleet }) => {
    const region = regionOf(fleet, subject.network)
    if (existing || region === undefined) return { commands: [], takeOver: intent }
    const named = stackNames(fleet.name)
    if (intent.part === undefined) return networkCommands(intent, named.network(subject.network ?? ''), region)
    if (intent.part === 'endpoints') return { commands: [deploy(named.endpoints(subject.network ?? ''), region)] }
    return {
      commands: [
        `for address in $(seq ${text(intent.addresses)}); do aws ec2 allocate-address --region ${region} --domain vpc --network-border-group ${text(intent.networkBorderGroup)}; done`,
      ],
    }
  },
  'cluster.create': (step, plan) => clusterCommands(step, plan),
  'pool.join': (step, { fleet, steps }) => {
    const { intent, subject } = step
    const region = fleet.clusters.find((it) => it.name === subject.cluster)?.region
    if (intent.kind === 'machines') return { commands: [`kubectl --context ${subject.cluster} get nodes`] }
    if (region === undefined || !hasPoolStack(step)) return { commands: [], takeOver: intent }
    const named = stackNames(fleet.name)
    const isLast =
      steps.findLast((it) => it.kind === 'pool.join' && it.subject.cluster === subject.cluster && hasPoolStack(it)) ===
      step
    return {
      commands: [
        deploy(named.nodes(subject.site ?? '', subject.pool ?? ''), region),
        ...(intent.kind === 'hybrid' ? hostCommands(step, region) : []),
        // add-ons that need somewhere to run
        ...(isLast && hasLateAddons(subject.cluster ?? '', steps)
          ? [deploy(named.addons(subject.cluster ?? ''), region)]
          : []),
      ],
    }
  },
  addon: (step, { fleet }) => addonCommands(step, fleet),
  'federation.start': startCommands,
  'member.join': joinCommands,
  'gitops.start': (step, plan, written) => fluxCommands(step, plan, written),
  'app.place': (step, plan, written) => {
    const { intent, subject } = step
    const { folderOf, installs } = written
    const where = subject.federation ?? subject.site ?? ''
    const folder = folderOf(subject.app ?? '', where)
    if (intent.by === 'flux')
      return {
        commands: [
          ...frontCommands(step, plan),
          `flux --context ${subject.cluster} reconcile source git flux-system`,
          `flux --context ${subject.cluster} get kustomizations`,
        ],
      }
    const to = intent.by === 'karmada' ? '--kubeconfig karmada.kubeconfig' : `--context ${subject.cluster}`
    const charts = installs.filter((it) => it.cluster === subject.cluster && it.bundle.startsWith(subject.app ?? ' '))
    return {
      commands: [
        ...frontCommands(step, plan),
        ...namespacesBefore(step, plan, written).map((it) => applied(to, it, written)),
        ...(folder === undefined ? [] : [applied(to, folder, written)]),
        ...charts.flatMap(chartCommands),
      ],
    }
  },
  'route.point': (step, plan) => routeCommands(step, plan),
  verify: (step, { fleet }) => ({ commands: lookCommands(step, fleet) }),
}

/**
 * An activation for so many hosts, and what is typed on each of them: its id and its code come out of the first command, and the code is a
 * secret. https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html
 */
function hostCommands({ intent, subject }: PlannedStep, region: string): readonly string[] {
  const role = text((intent.roleMapping as { readonly role?: string } | undefined)?.role)
  const cluster = subject.cluster ?? ''
  return [
    `aws ssm create-activation --region ${region} --iam-role ${role} --registration-limit ${text(intent.replicas)} --default-instance-name ${cluster}-${subject.site} --tags Key=EKSClusterARN,Value=$(aws eks describe-cluster --region ${region} --name ${cluster} --query cluster.arn --output text)`,
    `# on each host: nodeadm install ${text(intent.version)} --credential-provider ssm`,
    `# on each host: nodeadm init --config-source file://node.yaml   (kind NodeConfig: cluster ${cluster}, region ${region}, the activation under hybrid.ssm)`,
  ]
}

/** A load balancer that is a stack's is there before the copy that fills its target group. */
function frontCommands(step: PlannedStep, { fleet }: Plan): readonly string[] {
  if (!hasFront(step)) return []
  const { app = '', site = '', cluster } = step.subject
  const region = fleet.clusters.find(({ name }) => name === cluster)?.region
  return region === undefined ? [] : [deploy(stackNames(fleet.name).front(app, site), region)]
}
