// Private endpoints of AWS services, after the clusters whose security group they carry.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { logical } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { asList, asRecord, asText, asTexts, isTrue } from './values.ts'

export interface EndpointContext {
  readonly vpcId: string
  readonly subnetId: (subnet: string) => string
  /** Of every subnet of ours. */
  readonly routeTableIds: readonly string[]
  readonly securityGroupOf: (cluster: string) => string
}

export function endpoints(stack: Stack, { ec2 }: Cdk, { intent }: Step, context: EndpointContext): void {
  for (const endpoint of asList(intent.endpoints).map(asRecord)) {
    const isGateway = endpoint.type === 'gateway'
    new ec2.CfnVPCEndpoint(stack, `Endpoint${logical(asText(endpoint.name))}`, {
      vpcId: context.vpcId,
      serviceName: asText(endpoint.service),
      ...(isGateway
        ? // without a route no subnet reaches it: image layers come from S3
          { vpcEndpointType: 'Gateway', routeTableIds: [...context.routeTableIds] }
        : {
            vpcEndpointType: 'Interface',
            privateDnsEnabled: isTrue(intent.privateDns),
            subnetIds: asTexts(intent.subnets).map(context.subnetId),
            securityGroupIds: asTexts(intent.securityGroupsOf).map(context.securityGroupOf),
          }),
    })
  }
}
