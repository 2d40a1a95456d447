// Pods without nodes: a profile that names the namespaces whose pods Fargate runs, in private subnets of the Region.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { managed } from './cluster.ts'
import { outputs } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asTexts } from './values.ts'

export interface FargateContext {
  readonly clusterName: string
  readonly profile: string
  readonly subnetId: (subnet: string) => string
}

export function fargateProfile(stack: Stack, cdk: Cdk, { intent }: Step, context: FargateContext): void {
  const { core, iam, eks } = cdk
  const role = new iam.CfnRole(stack, 'PodExecutionRole', {
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'eks-fargate-pods.amazonaws.com' },
          Action: 'sts:AssumeRole',
          // not on behalf of somebody else's profile
          Condition: {
            ArnLike: {
              'aws:SourceArn': core.Fn.sub(
                'arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:fargateprofile/${Cluster}/*',
                { Cluster: context.clusterName },
              ),
            },
          },
        },
      ],
    },
    managedPolicyArns: [managed('AmazonEKSFargatePodExecutionRolePolicy')],
  })
  output(stack, cdk, outputs.nodeRole, role.attrArn)
  new eks.CfnFargateProfile(stack, 'Profile', {
    clusterName: context.clusterName,
    fargateProfileName: context.profile,
    podExecutionRoleArn: role.attrArn,
    subnets: asTexts(intent.subnets).map(context.subnetId),
    selectors: asTexts(intent.namespaces).map((namespace) => ({ namespace })),
  })
}
