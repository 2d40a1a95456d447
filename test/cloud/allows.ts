// Whether policies let a call through, by its name and, where that is given, its Region: on what it is made is for IAM to judge.

import type { DeployPolicy } from '../../src/artefacts/policy/deploy-policy.ts'

/** `action`: as IAM calls it, such as `ec2:DescribeVpcs`. */
export const allows = (policies: readonly DeployPolicy[], action: string, region?: string): boolean =>
  policies.some(({ document }) =>
    document.Statement.some(({ Action, Condition }) => {
      const regions = Condition?.StringEquals?.['aws:RequestedRegion']
      const isThere = region === undefined || regions === undefined || regions.includes(region)
      return isThere && Action.some((it) => covers(it, action))
    }),
  )

function covers(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const expression = parts.map((part) => part.replaceAll(/[.:]/g, '\\$&')).join('.*')
  return new RegExp(`^${expression}$`).test(action.toLowerCase())
}

/** By the name of a client of the SDK, or of the host that it asks, what IAM calls the service. */
const services: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  'resource-groups-tagging-api': 'tag',
  'route-53': 'route53',
  'service-quotas': 'servicequotas',
  tagging: 'tag',
}

export const iamAction = (service: string, command: string): string => `${services[service] ?? service}:${command}`
