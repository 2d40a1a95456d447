// The load balancer before one copy of an app as a stack: it stands in the subnets of the site, and its target group is filled from inside
// the cluster by a TargetGroupBinding. So its DNS name is an output, and the records that lead to it need nobody to look it up.

import type { Stack } from 'aws-cdk-lib'
import type { App } from '../../model/fleet.ts'
import type { Step } from '../../model/plan.ts'
import { outputs } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asRecord, asText, asTexts } from './values.ts'

export interface FrontContext {
  readonly vpcId: string
  readonly networkCidr: string
  readonly subnetId: (subnet: string) => string
  /** The security group that every node of the cluster carries. */
  readonly nodeSecurityGroup: string
  readonly targetGroup: string
  readonly expose: NonNullable<App['expose']>
}

export function front(stack: Stack, cdk: Cdk, { intent }: Step, context: FrontContext): void {
  const { ec2, balancing } = cdk
  const { vpcId, expose } = context
  const asked = asRecord(intent.ingress)
  const isAlb = asked.loadBalancer === 'alb'
  const isPublic = expose.scheme === 'internetFacing'
  const subnets = asTexts(asked.subnets)
  const { port, certificate } = expose
  const group = new ec2.CfnSecurityGroup(stack, 'SecurityGroup', {
    groupDescription: 'Who may ask the load balancer',
    vpcId,
    securityGroupIngress: [
      {
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIp: isPublic ? '0.0.0.0/0' : context.networkCidr,
        description: isPublic ? 'Users' : 'Users inside the network',
      },
    ],
    securityGroupEgress: [
      { ipProtocol: 'tcp', fromPort: 0, toPort: 65535, cidrIp: context.networkCidr, description: 'Pods and nodes' },
    ],
  })
  new ec2.CfnSecurityGroupIngress(stack, 'NodeIngress', {
    groupId: context.nodeSecurityGroup,
    ipProtocol: 'tcp',
    // pods answer on ports of their own, nodes on those that Services have there
    fromPort: 0,
    toPort: 65535,
    sourceSecurityGroupId: group.attrGroupId,
    description: 'Pods, from their load balancer',
  })
  const balancer = new balancing.CfnLoadBalancer(stack, 'LoadBalancer', {
    type: isAlb ? 'application' : 'network',
    scheme: isPublic ? 'internet-facing' : 'internal',
    subnets: subnets.map(context.subnetId),
    securityGroups: [group.attrGroupId],
    loadBalancerAttributes: [
      ...(isAlb ? [{ key: 'routing.http.drop_invalid_header_fields.enabled', value: 'true' }] : []),
      ...(expose.accessLogs === undefined
        ? [{ key: 'access_logs.s3.enabled', value: 'false' }]
        : [
            { key: 'access_logs.s3.enabled', value: 'true' },
            { key: 'access_logs.s3.bucket', value: expose.accessLogs },
          ]),
    ],
  })
  if (isAlb && subnets.length < 2)
    // right in a Local Zone, a Wavelength Zone and on an Outpost: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    balancer.addMetadata('cfn-lint', { config: { ignore_checks: ['E3680'] } })
  const check = expose.targetHealthCheck
  const targets = new balancing.CfnTargetGroup(stack, 'Targets', {
    name: context.targetGroup,
    protocol: isAlb ? 'HTTP' : 'TCP',
    port,
    targetType: expose.targetType,
    vpcId,
    ...(isAlb ? { healthCheckPath: expose.healthCheck?.path ?? '/' } : { healthCheckProtocol: 'TCP' }),
    ...(check === undefined
      ? {}
      : {
          healthCheckIntervalSeconds: check.interval,
          healthCheckTimeoutSeconds: check.timeout,
          healthyThresholdCount: check.healthyThreshold,
          unhealthyThresholdCount: check.unhealthyThreshold,
        }),
  })
  new balancing.CfnListener(stack, 'Listener', {
    loadBalancerArn: balancer.ref,
    port,
    ...(certificate === undefined
      ? { protocol: isAlb ? 'HTTP' : 'TCP' }
      : {
          protocol: isAlb ? 'HTTPS' : 'TLS',
          certificates: [{ certificateArn: certificate }],
          sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        }),
    defaultActions: [{ type: 'forward', targetGroupArn: targets.ref }],
  })
  const { loadBalancer } = outputs
  output(stack, cdk, loadBalancer.DNSName, balancer.attrDnsName)
  output(stack, cdk, loadBalancer.CanonicalHostedZoneID, balancer.attrCanonicalHostedZoneId)
  output(stack, cdk, loadBalancer.LoadBalancerFullName, balancer.attrLoadBalancerFullName)
  output(stack, cdk, loadBalancer.TargetGroupFullName, targets.attrTargetGroupFullName)
}

/** Whether a step places a copy whose load balancer is a stack's. */
export const hasFront = ({ kind, intent, subject }: Step): boolean =>
  kind === 'app.place' && subject.site !== undefined && asText(asRecord(intent.ingress).balancerBy) === 'stack'
