// The way to the API of Karmada: a network load balancer that passes TLS through to port 32443 of any node that is well, in every zone, and
// the rule that lets it. The Auto Scaling groups of the nodes are attached to its targets by a command of the runbook: that of a managed
// group has no name that a template could ask for.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asRecord, isTrue } from './values.ts'

export interface KarmadaContext {
  readonly vpcId: string
  readonly networkCidr: string
  /** The security group that every node of the host carries. */
  readonly nodeSecurityGroup: string
  /** Public where members or operators are outside of the network. */
  readonly subnetIds: readonly string[]
  readonly internal: boolean
}

export function karmada(stack: Stack, cdk: Cdk, { intent }: Step, context: KarmadaContext): void {
  const { ec2, balancing } = cdk
  const front = asRecord(intent.endpoint)
  const port = Number(front.port)
  new ec2.CfnSecurityGroupIngress(stack, 'KarmadaIngress', {
    groupId: context.nodeSecurityGroup,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    cidrIp: context.networkCidr,
    description: `The API of Karmada, from its load balancer`,
  })
  const balancer = new balancing.CfnLoadBalancer(stack, 'KarmadaLoadBalancer', {
    type: 'network',
    scheme: context.internal ? 'internal' : 'internet-facing',
    subnets: [...context.subnetIds],
    loadBalancerAttributes: [{ key: 'load_balancing.cross_zone.enabled', value: String(isTrue(front.crossZone)) }],
  })
  const targets = new balancing.CfnTargetGroup(stack, 'KarmadaTargets', {
    protocol: 'TCP',
    port,
    targetType: 'instance',
    vpcId: context.vpcId,
    healthCheckProtocol: 'TCP',
    // what reaches a node comes from the balancer, so that the rule above is enough whoever asks
    targetGroupAttributes: [{ key: 'preserve_client_ip.enabled', value: 'false' }],
  })
  new balancing.CfnListener(stack, 'KarmadaListener', {
    loadBalancerArn: balancer.ref,
    protocol: 'TCP',
    port,
    defaultActions: [{ type: 'forward', targetGroupArn: targets.ref }],
  })
  output(stack, cdk, 'KarmadaHost', balancer.attrDnsName)
  output(stack, cdk, 'KarmadaTargetGroupArn', targets.ref)
}
