// What AWS must know of a cluster autoscaler, whose chart comes as an app of the fleet: which groups are its, by tags, and the role of its
// service account. https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md

import type { Stack } from 'aws-cdk-lib'
import type { Cdk } from './synthesis.ts'

export const autoscalerTag = 'k8s.io/cluster-autoscaler/enabled'
/** With the name of the cluster behind it. */
export const autoscalerTags = 'k8s.io/cluster-autoscaler/'

/** As the chart names it where its release is called so: `rbac.serviceAccount.name`. */
const serviceAccount = { namespace: 'kube-system', name: 'cluster-autoscaler' }

export function autoscalerRole(stack: Stack, { iam, eks }: Cdk, clusterName: string, cluster: string): void {
  const role = new iam.CfnRole(stack, 'ClusterAutoscalerRole', {
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        },
      ],
    },
    policies: [
      {
        policyName: 'scale',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: [
                'autoscaling:DescribeAutoScalingGroups',
                'autoscaling:DescribeAutoScalingInstances',
                'autoscaling:DescribeLaunchConfigurations',
                'autoscaling:DescribeScalingActivities',
                'ec2:DescribeImages',
                'ec2:DescribeInstanceTypes',
                'ec2:DescribeLaunchTemplateVersions',
                'ec2:GetInstanceTypesFromInstanceRequirements',
                'eks:DescribeNodegroup',
              ],
              Resource: '*',
            },
            {
              Effect: 'Allow',
              Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
              Resource: '*',
              // the groups of this cluster, and no others
              Condition: { StringEquals: { [`aws:ResourceTag/${autoscalerTags}${cluster}`]: 'owned' } },
            },
          ],
        },
      },
    ],
  })
  new eks.CfnPodIdentityAssociation(stack, 'ClusterAutoscalerIdentity', {
    clusterName,
    namespace: serviceAccount.namespace,
    serviceAccount: serviceAccount.name,
    roleArn: role.attrArn,
  })
}
