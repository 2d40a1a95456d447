// Networks: a VPC, or a range on premises, with the domain in which its addresses must be unique.

import { z } from 'zod'
import { accountId, cidr, exactlyOne, instanceType, name, port, reference, region, text, zoneName } from './scalars.ts'

export const route = z.strictObject({
  to: cidr,
  via: z.enum([
    'internetGateway',
    'natGateway',
    'carrierGateway',
    'localGateway',
    'transitGateway',
    'virtualPrivateGateway',
  ]),
})

export const subnet = z.strictObject({
  name,
  zone: zoneName.describe('The zone that holds the subnet; for an Outpost its anchor zone'),
  cidr: cidr.optional().describe('Left out, skerry computes a range that nothing else uses'),
  public: z.boolean().default(false).describe('Whether its default route leads to the internet or to a carrier'),
  outpost: reference('site').optional().describe('The Outpost site on which the subnet stands'),
  routes: z
    .array(route)
    .max(50)
    .optional()
    .describe('Left out, skerry derives the routes from the zone and from public'),
  existing: z.strictObject({ subnetId: z.string().regex(/^subnet-[0-9a-f]{8,17}$/) }).optional(),
})

export const network = z.strictObject({
  name,
  account: reference('account').optional(),
  region: region.optional(),
  cidr,
  additionalCidrs: z.array(cidr).max(5).default([]),
  routingDomain: name.default('default').describe('Ranges may be equal in two domains that never route to each other'),
  dnsHostnames: z.boolean().default(true),
  dnsResolution: z.boolean().default(true),
  egress: z.enum(['natGatewayPerZone', 'natGateway', 'internetGateway', 'none']).default('natGateway'),
  endpoints: z.array(z.string().max(40)).max(40).default([]).describe('Short names of VPC endpoints, such as ecr.api'),
  managementHost: z
    .strictObject({ instanceType: instanceType.default('t3.micro') })
    .optional()
    .describe('A machine in a private subnet from which its clusters are reached, by Session Manager'),
  subnets: z.array(subnet).max(200).default([]),
  existing: z.strictObject({ vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/) }).optional(),
})

/** A site's own range on premises. */
export const siteNetwork = z.strictObject({
  cidr,
  routed: z.boolean().default(true).describe('false: the same range may be used again at every site'),
  routingDomain: name.default('default'),
  dhcp: cidr.optional(),
})

export const dnsZone = z.strictObject({
  name: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z]{2,63}$/, 'a DNS zone, such as example.com'),
  account: reference('account').optional(),
  private: z.boolean().default(false),
  existing: z
    .strictObject({ hostedZoneId: z.string().regex(/^Z[0-9A-Z]{1,31}$/, 'a hosted zone id, such as Z0123') })
    .optional(),
})

export const account = z.strictObject({
  name,
  id: accountId,
  roles: z.strictObject({ plan: name64(), deploy: name64() }).optional(),
  user: name64().optional().describe('The IAM user that may assume the deploy role, where one is used'),
  session: z.strictObject({ name: name64(), duration: z.string().regex(/^\d+[smh]$/) }).optional(),
  optedIn: z
    .array(z.string().max(60))
    .max(100)
    .default([])
    .describe('Zone groups that the account is known to be opted in to'),
  newRoles: z
    .strictObject({
      permissionsBoundary: z
        .string()
        .max(2_048)
        .regex(
          /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
          'the ARN of a policy, such as arn:aws:iam::111122223333:policy/boundary',
        )
        .optional(),
      path: z
        .string()
        .max(512)
        .regex(/^\/(?:[\w+=,.@-]+\/)*$/, 'a path that starts and ends with /, such as /skerry/')
        .optional(),
    })
    .optional()
    .describe('What every IAM role has that is made in the account'),
  existing: z.boolean().default(true),
})

function name64() {
  return z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w+=,.@-]+$/, 'an IAM name')
}

export const healthCheck = z.strictObject({
  protocol: z.enum(['http', 'https', 'tcp']).default('http'),
  path: z.string().max(255).regex(/^\//, 'a path starts with /').default('/'),
  port: port.default(80),
  interval: z
    .string()
    .regex(/^\d+s$/, 'an interval in seconds, such as 30s')
    .default('30s')
    .transform((value) => Number(value.slice(0, -1))),
  failureThreshold: z.int().min(0).max(100).default(3),
  by: z
    .enum(['checkers', 'alarm', 'none'])
    .default('checkers')
    .describe('alarm: a CloudWatch alarm, for endpoints that public checkers cannot reach'),
  contains: text.optional(),
})

export const siteWeights = z.record(name, z.int().min(0).max(255)).meta({ keyReferences: 'site' })

export const routing = z
  .strictObject({
    simple: reference('site').optional(),
    failover: z
      .array(reference('site'))
      .min(1)
      .max(10)
      .optional()
      .describe('The primary site first, then the secondary'),
    weighted: siteWeights.optional(),
    latency: z.array(reference('site')).min(1).max(200).optional(),
    geolocation: z
      .record(z.string().max(10), reference('site'))
      .optional()
      .describe('Country or continent code, or *, to site'),
    multivalue: z.array(reference('site')).min(1).max(200).optional(),
  })
  .superRefine(exactlyOne(['simple', 'failover', 'weighted', 'latency', 'geolocation', 'multivalue']))
