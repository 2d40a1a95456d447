// The machine image of a node pool: what the fleet names, or the public parameter under which AWS publishes the image for the
// Kubernetes version. A parameter is no literal: it stays right in every Region and after every release.
// https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html, retrieve-ami-id-bottlerocket.html, retrieve-windows-ami-id.html

import type { NodePool } from '../model/fleet.ts'
import type { IntentValue } from '../model/plan.ts'

export function imageOf(pool: NodePool, version: string | undefined): IntentValue {
  if (pool.ami !== undefined) return pool.ami.startsWith('ami-') ? { literal: pool.ami } : { parameter: pool.ami }
  // managed, Fargate and Auto Mode nodes get theirs from EKS, hybrid hosts and machines on premises bring their own
  if (pool.kind !== 'selfManaged')
    return { chosenBy: pool.kind === 'hybrid' || pool.kind === 'machines' ? 'the owner of the machines' : 'EKS' }
  const parameter =
    version === undefined ? undefined : parameterOf(pool.os ?? 'al2023', version, isArm(pool.instanceTypes?.[0] ?? ''))
  return parameter === undefined ? { chosenBy: 'nobody: name it under ami' } : { parameter }
}

/** Undefined where the publisher's parameter is not known to skerry. */
function parameterOf(os: NonNullable<NodePool['os']>, version: string, arm: boolean): string | undefined {
  switch (os) {
    case 'al2023':
      return `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${arm ? 'arm64' : 'x86_64'}/standard/recommended/image_id`
    case 'al2':
      return `/aws/service/eks/optimized-ami/${version}/amazon-linux-2${arm ? '-arm64' : ''}/recommended/image_id`
    case 'bottlerocket':
      return `/aws/service/bottlerocket/aws-k8s-${version}/${arm ? 'arm64' : 'x86_64'}/latest/image_id`
    case 'windows':
      return `/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-${version}/image_id`
    case 'ubuntu':
    case 'redhat':
      return undefined
  }
}

/** Graviton families have a g after their generation: m7g.large, c7gn.xlarge, t4g.small; a1 came before the rule. */
const isArm = (instanceType: string): boolean => /^(?:a1|[a-z]+\d+g[a-z]*)[.]/.test(instanceType)
