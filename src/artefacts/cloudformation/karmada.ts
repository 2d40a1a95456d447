// The way to the API of Karmada: a network load balancer that passes TLS through to port 32443 of any node that is well, in every zone, and
// the security group that lets it. Its targets are bound by a TargetGroupBinding in the cluster, since the Auto Scaling group of managed
// nodes has no name that a template could ask for.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asRecord, asText, isTrue } from './values.ts'

export interface KarmadaContext {
  readonly vpcId: string
  readonly networkCidr: string
  /** Public where members or operators are outside of the network. */
  readonly subnetIds: readonly string[]
  readonly internal: boolean
}

export function karmada(stack: Stack, cdk: Cdk, { intent }: Step, context: KarmadaContext): void {
  const { ec2, balancing } = cdk
  const front = asRecord(intent.endpoint)
  const port = Number(front.port)
  const group = new ec2.CfnSecurityGroup(stack, 'KarmadaSecurityGroup', {
    groupName: asText(asRecord(intent.securityGroup).name),
    groupDescription: `The API of Karmada, TCP ${port}`,
    vpcId: context.vpcId,
    securityGroupIngress: [
      {
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIp: context.networkCidr,
        description: 'members and operators, by the load balancer',
      },
    ],
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
  })
  new balancing.CfnListener(stack, 'KarmadaListener', {
    loadBalancerArn: balancer.ref,
    protocol: 'TCP',
    port,
    defaultActions: [{ type: 'forward', targetGroupArn: targets.ref }],
  })
  output(stack, cdk, 'KarmadaHost', balancer.attrDnsName)
  output(stack, cdk, 'KarmadaTargetGroupArn', targets.ref)
  output(stack, cdk, 'KarmadaSecurityGroupId', group.attrGroupId)
}
