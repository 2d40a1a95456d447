// What AWS must know of hosts that are nobody's but the customer's: the role that they take on by an activation of Systems Manager, and the
// entry by which the cluster knows it. https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { managed } from './cluster.ts'
import { outputs } from './names.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asRecord, asText } from './values.ts'

export function hybridNodes(stack: Stack, cdk: Cdk, { intent }: Step, clusterName: string): void {
  const { core, iam, eks } = cdk
  const entry = asRecord(intent.roleMapping)
  const of = (what: string): string => core.Fn.sub(`arn:\${AWS::Partition}:${what}`)
  const clusterArn = core.Fn.sub('arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/${Cluster}', {
    Cluster: clusterName,
  })
  const role = new iam.CfnRole(stack, 'NodeInstanceRole', {
    roleName: asText(entry.role),
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'ssm.amazonaws.com' },
          Action: 'sts:AssumeRole',
          // no activation of another account or Region
          Condition: {
            StringEquals: { 'aws:SourceAccount': core.Aws.ACCOUNT_ID },
            ArnEquals: { 'aws:SourceArn': of('ssm:${AWS::Region}:${AWS::AccountId}:*') },
          },
        },
      ],
    },
    managedPolicyArns: [managed('AmazonEC2ContainerRegistryPullOnly'), managed('AmazonSSMManagedInstanceCore')],
    policies: [
      {
        policyName: 'join',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: clusterArn },
            { Effect: 'Allow', Action: 'ssm:DescribeInstanceInformation', Resource: '*' },
            {
              // a host that leaves takes itself off the list
              Effect: 'Allow',
              Action: 'ssm:DeregisterManagedInstance',
              Resource: of('ssm:${AWS::Region}:${AWS::AccountId}:managed-instance/*'),
              Condition: { StringEquals: { 'ssm:resourceTag/EKSClusterARN': clusterArn } },
            },
            { Effect: 'Allow', Action: 'eks-auth:AssumeRoleForPodIdentity', Resource: clusterArn },
          ],
        },
      },
    ],
  })
  output(stack, cdk, outputs.nodeRole, role.attrArn)
  if (entry.by === 'accessEntry')
    new eks.CfnAccessEntry(stack, 'NodeAccess', { clusterName, principalArn: role.attrArn, type: asText(entry.type) })
}
