// What gives back what a drill took away, as data: written down before anything is taken, armed in the cloud, and carried out at the end by
// whoever is there. All of it may be done again over itself.

import { ResumeProcessesCommand } from '@aws-sdk/client-auto-scaling'
import {
  DeleteNetworkAclCommand,
  DeleteNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2'
import { UpdateHealthCheckCommand } from '@aws-sdk/client-route-53'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import type { Where } from '../aws/clients.ts'
import { codeOf } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { route53Region } from '../status/names.ts'

export interface AclRule {
  readonly number: number
  readonly egress: boolean
  readonly action: 'allow' | 'deny'
  readonly cidr: string
}

export type Undo =
  /** The rules that cut. */
  | { readonly kind: 'aclRules'; readonly where: Where; readonly acl: string; readonly rules: readonly AclRule[] }
  /** The ACL that was put in the place of another: harmless without its rules. */
  | {
      readonly kind: 'acl'
      readonly where: Where
      readonly acl: string
      readonly original: string
      readonly subnets: readonly string[]
    }
  | { readonly kind: 'healthCheck'; readonly account: string | undefined; readonly id: string; readonly port: number }
  | { readonly kind: 'processes'; readonly where: Where; readonly group: string; readonly processes: readonly string[] }
  | { readonly kind: 'scale'; readonly cluster: string; readonly path: string; readonly replicas: number }
  | { readonly kind: 'suspended'; readonly cluster: string; readonly path: string }
  | { readonly kind: 'object'; readonly cluster: string; readonly object: KubeObject }

/** An API action as EventBridge Scheduler calls it by itself: no function of ours runs. */
export interface ArmedAction {
  readonly where: Where
  /** `ec2:deleteNetworkAclEntry`, as in `arn:aws:scheduler:::aws-sdk:ec2:deleteNetworkAclEntry`. */
  readonly action: string
  readonly input: Readonly<Record<string, unknown>>
  /** What its role must be allowed, and on what. */
  readonly allow: string
  readonly on: (account: Owner) => string
}

/** Whose account it is. */
export interface Owner {
  readonly partition: string
  readonly id: string
}

/** What the cloud itself can do of it when its time is over; Kubernetes' part is armed in the cluster. */
export function armedActions(undo: Undo): readonly ArmedAction[] {
  switch (undo.kind) {
    case 'aclRules':
      return undo.rules
        .filter(({ action }) => action === 'deny')
        .map(({ number, egress }) => ({
          where: undo.where,
          action: 'ec2:deleteNetworkAclEntry',
          input: { NetworkAclId: undo.acl, RuleNumber: number, Egress: egress },
          allow: 'ec2:DeleteNetworkAclEntry',
          on: ({ partition, id }) => `arn:${partition}:ec2:${undo.where.region}:${id}:network-acl/${undo.acl}`,
        }))
    case 'healthCheck':
      return [
        {
          where: { account: undo.account, region: route53Region },
          action: 'route53:updateHealthCheck',
          input: { HealthCheckId: undo.id, Port: undo.port },
          allow: 'route53:UpdateHealthCheck',
          on: ({ partition }) => `arn:${partition}:route53:::healthcheck/${undo.id}`,
        },
      ]
    case 'processes':
      return [
        {
          where: undo.where,
          action: 'autoscaling:resumeProcesses',
          input: { AutoScalingGroupName: undo.group, ScalingProcesses: undo.processes },
          allow: 'autoscaling:ResumeProcesses',
          // in the middle stands an id that only the service knows
          on: ({ partition, id }) =>
            `arn:${partition}:autoscaling:${undo.where.region}:${id}:autoScalingGroup:*:autoScalingGroupName/${undo.group}`,
        },
      ]
    default:
      return []
  }
}

/** What is gone meanwhile, and would be given back to nobody, counts as given back. */
export async function carryOut({ aws, api }: Ground, undo: Undo): Promise<void> {
  switch (undo.kind) {
    case 'aclRules': {
      const ec2 = aws.ec2(undo.where)
      // first what cuts, then what was let through
      const inTurn = [...undo.rules].sort((a, b) => Number(a.action === 'allow') - Number(b.action === 'allow'))
      for (const { number, egress } of inTurn)
        await ec2
          .send(new DeleteNetworkAclEntryCommand({ NetworkAclId: undo.acl, RuleNumber: number, Egress: egress }))
          .catch(unlessGone)
      return
    }
    case 'acl': {
      const ec2 = aws.ec2(undo.where)
      const { NetworkAcls = [] } = await ec2
        .send(new DescribeNetworkAclsCommand({ NetworkAclIds: [undo.acl] }))
        .catch((error: unknown) => {
          unlessGone(error)
          return { NetworkAcls: [] }
        })
      for (const { NetworkAclAssociationId, SubnetId } of NetworkAcls[0]?.Associations ?? [])
        if (undo.subnets.includes(SubnetId ?? ''))
          await ec2.send(
            new ReplaceNetworkAclAssociationCommand({
              AssociationId: NetworkAclAssociationId,
              NetworkAclId: undo.original,
            }),
          )
      await ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: undo.acl })).catch(unlessGone)
      return
    }
    case 'healthCheck':
      await aws
        .route53({ account: undo.account, region: route53Region })
        .send(new UpdateHealthCheckCommand({ HealthCheckId: undo.id, Port: undo.port }))
        .catch(unlessGone)
      return
    case 'processes':
      await aws
        .autoScaling(undo.where)
        .send(new ResumeProcessesCommand({ AutoScalingGroupName: undo.group, ScalingProcesses: [...undo.processes] }))
        .catch(unlessGone)
      return
    case 'scale':
      await inCluster(undo.cluster, (client) => client.merge(undo.path, { spec: { replicas: undo.replicas } }))
      return
    case 'suspended':
      await inCluster(undo.cluster, (client) => client.merge(undo.path, { spec: { suspend: false } }))
      return
    case 'object':
      await inCluster(undo.cluster, (client) => client.apply(undo.object))
      return
  }

  async function inCluster(name: string, act: (client: KubeClient) => Promise<unknown>): Promise<void> {
    const client = await api({ kind: 'cluster', name })
    if (client === undefined) return
    await act(client).catch((error: unknown) => {
      if (!isGone(error)) throw error
    })
  }
}

/** A group of machines that is not there is told as a ValidationError, by its words alone. */
const isGone = (error: unknown): boolean =>
  (error instanceof KubeError && error.status === 404) ||
  /NotFound|NoSuch/.test(codeOf(error)) ||
  (codeOf(error) === 'ValidationError' && /AutoScalingGroup name not found/i.test((error as Error).message))

const unlessGone = (error: unknown): void => {
  if (!isGone(error)) throw error
}

export function undoText(undo: Undo): string {
  switch (undo.kind) {
    case 'aclRules':
      return `the rules that cut are taken out of ${undo.acl}`
    case 'acl':
      return `the subnets have their own network ACL again, ${undo.original}`
    case 'healthCheck':
      return `the health check ${undo.id} asks port ${undo.port} again`
    case 'processes':
      return `${undo.group} launches machines again`
    case 'scale':
      return `${undo.path.split('/').at(-1)} in ${undo.cluster} has ${undo.replicas} replicas again`
    case 'suspended':
      return `Flux in ${undo.cluster} goes on with ${undo.path.split('/').at(-1)}`
    case 'object':
      return `the ${undo.object.kind} ${undo.object.metadata.name} is in ${undo.cluster} again`
  }
}
