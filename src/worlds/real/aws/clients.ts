// The AWS APIs as this run asks them: one client for each service, account and Region, made when it is first used. The SDK takes
// credentials, Regions and AWS_ENDPOINT_URL from the environment as every tool does; the role of the account is assumed where one is declared.

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { Route53Client } from '@aws-sdk/client-route-53'
import { S3Client } from '@aws-sdk/client-s3'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { STSClient } from '@aws-sdk/client-sts'
import type { Fleet } from '../../../model/fleet.ts'
import { credentialsFor } from './credentials.ts'
import { tokenFor } from './eks-token.ts'
import type { Where } from './where.ts'

export type { Where } from './where.ts'

export interface Aws {
  readonly cloudFormation: (at: Where) => CloudFormationClient
  readonly ec2: (at: Where) => EC2Client
  readonly eks: (at: Where) => EKSClient
  readonly sts: (at: Where) => STSClient
  readonly iam: (at: Where) => IAMClient
  readonly autoScaling: (at: Where) => AutoScalingClient
  readonly balancing: (at: Where) => ElasticLoadBalancingV2Client
  readonly route53: (at: Where) => Route53Client
  readonly quotas: (at: Where) => ServiceQuotasClient
  readonly tagging: (at: Where) => ResourceGroupsTaggingAPIClient
  readonly s3: (at: Where) => S3Client
  /** Calls an API at a time by itself: what a drill takes is given back though nobody is there any more. */
  readonly scheduler: (at: Where) => SchedulerClient
  /** A token for the API of an EKS cluster, as `aws eks get-token` makes it; asked for again before it runs out. */
  readonly eksToken: (at: Where, cluster: string) => Promise<string>
  readonly close: () => void
}

export interface AwsOptions {
  /** Which of the account's roles is assumed: `plan` only reads. */
  readonly role?: 'plan' | 'deploy'
  /** `adaptive` also slows down what is sent when answers say Throttling. */
  readonly retryMode?: 'adaptive' | 'standard'
  /** How often one request is sent before its error counts, with growing pauses. */
  readonly maxAttempts?: number
  readonly requestTimeoutMs?: number
}

/** Nothing is asked yet: wrong credentials are told by the first request. */
export function awsFor(fleet: Fleet, env: NodeJS.ProcessEnv, options: AwsOptions = {}): Aws {
  const { role = 'deploy', retryMode = 'adaptive', maxAttempts = 8, requestTimeoutMs = 60_000 } = options
  // which Node the SDK will want next year is no news for whoever deploys
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const endpoint =
    env.AWS_ENDPOINT_URL === undefined || env.AWS_ENDPOINT_URL === '' ? {} : { endpoint: env.AWS_ENDPOINT_URL }
  const common = {
    ...endpoint,
    retryMode,
    maxAttempts,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: requestTimeoutMs, httpsAgent: { maxSockets: 32 } },
  }
  const credentials = credentialsFor(fleet, env, role, common)
  const made = new Map<string, { readonly destroy: () => void }>()

  type Config = typeof common & { readonly region: string; readonly credentials: ReturnType<typeof credentials> }
  const each =
    <Client extends { destroy: () => void }>(service: string, make: (config: Config) => Client) =>
    ({ account, region }: Where): Client => {
      const key = `${service} ${account ?? ''} ${region}`
      const known = made.get(key) ?? make({ ...common, region, credentials: credentials(account, region) })
      made.set(key, known)
      return known as Client
    }

  const sts = each('sts', (config) => new STSClient(config))
  return {
    cloudFormation: each('cloudformation', (config) => new CloudFormationClient(config)),
    ec2: each('ec2', (config) => new EC2Client(config)),
    eks: each('eks', (config) => new EKSClient(config)),
    sts,
    iam: each('iam', (config) => new IAMClient(config)),
    autoScaling: each('autoscaling', (config) => new AutoScalingClient(config)),
    balancing: each('elasticloadbalancing', (config) => new ElasticLoadBalancingV2Client(config)),
    route53: each('route53', (config) => new Route53Client(config)),
    quotas: each('servicequotas', (config) => new ServiceQuotasClient(config)),
    tagging: each('tagging', (config) => new ResourceGroupsTaggingAPIClient(config)),
    s3: each(
      's3',
      (config) =>
        new S3Client({
          ...config,
          forcePathStyle: env.AWS_ENDPOINT_URL !== undefined,
          // a bucket lies in one Region, and that need not be the fleet's
          followRegionRedirects: true,
        }),
    ),
    scheduler: each('scheduler', (config) => new SchedulerClient(config)),
    eksToken: tokenFor(sts),
    close: () => {
      for (const client of made.values()) client.destroy()
      made.clear()
    },
  }
}
