import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { allows, iamAction } from '../../../test/cloud/allows.ts'
import { everyShape } from '../../../test/cloud/every-shape.ts'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import { plan } from '../../plan/index.ts'
import { stacksOf } from '../cloudformation/stacks.ts'
import type { DeployPolicy } from './deploy-policy.ts'
import { deployPolicy } from './deploy-policy.ts'

const examples = ['local-zone', 'wavelength', 'recovery', 'federation'] as const
const all = new Map<string, readonly DeployPolicy[]>()

beforeAll(async () => {
  for (const name of examples) all.set(name, deployPolicy(plan(await readFleet([`examples/${name}`]))))
  all.set('shapes', deployPolicy(plan(everyShape())))
})

const statements = (name: string) => (all.get(name) ?? []).flatMap(({ document }) => document.Statement)

describe('the policies of who deploys', () => {
  test('each fits into a managed policy, and there are two at most, and one for drills', () => {
    for (const [name, policies] of all) {
      const of = (purpose: DeployPolicy['for']) => policies.filter((it) => it.for === purpose)
      expect(of('deploy').length, name).toBeLessThanOrEqual(2)
      expect(of('drill').length, name).toBeLessThanOrEqual(1)
      for (const { document } of policies) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6_144)
    }
  })

  test('what changes or deletes is bound to names, to a tag or to Regions; what is not makes names that are the world’s', () => {
    for (const name of all.keys())
      for (const { Sid, Action, Resource, Condition } of statements(name)) {
        if (!Resource.includes('*') || Condition !== undefined) continue
        const loose = Action.filter((action) => !/:(Get|List|Describe)/.test(action))
        expect(
          loose.filter((action) => !/^route53:(Create|Associate)/.test(action)),
          `${name}: ${Sid}`,
        ).toEqual([])
      }
  })

  test('nobody who deploys can give a role of the fleet more than its templates do', () => {
    const [statement] = statements('local-zone').filter(({ Action }) => Action.includes('iam:AttachRolePolicy'))
    const allowed = statement?.Condition?.ArnLike?.['iam:PolicyARN'] as readonly string[]
    expect(allowed).toContain('arn:aws:iam::aws:policy/AmazonEKSClusterPolicy')
    expect(allowed.some((arn) => arn.includes('Administrator') || arn.endsWith(':policy/*'))).toBe(false)
  })

  test('[seed 45, 86] they let make and delete the clusters of the fleet, and no other', () => {
    const [own] = statements('local-zone').filter(({ Action }) => Action.includes('eks:CreateCluster'))
    expect(own?.Action).toContain('eks:DeleteCluster')
    expect(own?.Resource).toEqual([
      'arn:aws:eks:us-west-2:111122223333:cluster/eks-cluster',
      'arn:aws:eks:us-west-2:111122223333:*/eks-cluster/*',
    ])
  })

  test('a fleet in which nothing is opted in to cannot opt in, and one without names makes none', () => {
    const bare = deployPolicy(
      plan(
        fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: bare }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: one, network: main, eks: { version: "1.35" } }]
sites: [{ name: west, place: { region: us-west-2 }, cluster: one, nodePools: [{ name: n, instanceTypes: [m5.large] }] }]
`),
      ),
    )
    expect(allows(bare, 'ec2:ModifyAvailabilityZoneGroup')).toBe(false)
    expect(allows(bare, 'route53:CreateHostedZone')).toBe(false)
    expect(allows(bare, 'ec2:CreateVpc')).toBe(true)
    expect(allows(all.get('shapes') ?? [], 'ec2:ModifyAvailabilityZoneGroup')).toBe(true)
  })

  test('what breaks things is in a policy of its own, and only of a fleet whose drills do', () => {
    const own = all.get('local-zone') ?? []
    const deploy = own.filter((it) => it.for === 'deploy')
    const drill = own.filter((it) => it.for === 'drill')
    expect(drill.map(({ name }) => name)).toEqual(['local-zone-drill'])
    for (const action of ['scheduler:CreateSchedule', 'ec2:ReplaceNetworkAclAssociation', 'ec2:CreateNetworkAcl']) {
      expect(allows(deploy, action), action).toBe(false)
      expect(allows(drill, action), action).toBe(true)
    }
    const passed = drill.flatMap(({ document }) => document.Statement.filter(({ Sid }) => Sid === 'PassRoleOfTheUndo'))
    expect(passed.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
      [
        ['arn:aws:iam::111122223333:role/skerry-drill-local-zone-*'],
        { StringEquals: { 'iam:PassedToService': ['scheduler.amazonaws.com'] } },
      ],
    ])
    expect((all.get('shapes') ?? []).some((it) => it.for === 'drill')).toBe(false)
  })

  test('each account has its own', () => {
    const made = deployPolicy(
      plan(
        fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: two }
accounts: [{ name: a, id: "111122223333" }, { name: b, id: "444455556666" }]
networks:
  - { name: a, account: a, region: us-west-2, cidr: 10.0.0.0/16 }
  - { name: b, account: b, region: eu-west-1, cidr: 10.1.0.0/16 }
`),
      ),
    )
    expect(made.map(({ account }) => account)).toEqual(['111122223333', '444455556666'])
    expect(JSON.stringify(made[0])).not.toContain('eu-west-1')
  })

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('in %s all ARNs, of policies and of templates, are of the partition %s', (region, partition) => {
    const made = plan(
      fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: apart }
networks: [{ name: main, region: ${region}, cidr: 10.0.0.0/16 }]
clusters: [{ name: one, network: main, eks: { version: "1.35" } }]
sites: [{ name: west, place: { region: ${region} }, cluster: one, nodePools: [{ name: n, instanceTypes: [m5.large] }] }]
`),
    )
    const arns = JSON.stringify([deployPolicy(made), stacksOf(made)]).match(/arn:[a-z-]+:/g) ?? []
    expect(arns.length).toBeGreaterThan(10)
    expect([...new Set(arns)]).toEqual([`arn:${partition}:`])
  })

  test('roles are made with the boundary and under the path of the account, and who deploys can make no other', () => {
    const boundary = 'arn:aws:iam::111122223333:policy/boundary'
    const made = plan(
      fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: bound }
accounts: [{ name: prod, id: "111122223333", newRoles: { permissionsBoundary: "${boundary}", path: /edge/ } }]
networks: [{ name: main, account: prod, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters:
  - { name: one, account: prod, network: main, eks: { version: "1.35" } }
  - { name: old, account: prod, network: main, eks: { version: "1.35", authentication: configMap } }
sites:
  - { name: west, place: { region: us-west-2 }, cluster: one, nodePools: [{ name: n, kind: selfManaged, instanceTypes: [m5.large] }] }
  - { name: west-old, place: { region: us-west-2 }, cluster: old, nodePools: [{ name: n, kind: selfManaged, instanceTypes: [m5.large] }] }
`),
    )
    const roles = stacksOf(made).flatMap(({ name, template }) =>
      Object.values(template.Resources as Record<string, { Type: string; Properties: Record<string, unknown> }>)
        .filter(({ Type }) => Type === 'AWS::IAM::Role')
        .map(({ Properties }) => [name, Properties.PermissionsBoundary, Properties.Path]),
    )
    expect(roles.length).toBeGreaterThan(4)
    // aws-auth knows a role by its ARN without a path
    const paths = new Set(roles.map(([name, of, path]) => `${of} ${path} ${String(name).includes('-nodes-west-old-')}`))
    expect(paths).toEqual(new Set([`${boundary} /edge/ false`, `${boundary} undefined true`]))

    const all = deployPolicy(made).flatMap(({ document }) => document.Statement)
    const making = all.filter(({ Action }) => Action.includes('iam:CreateRole') || Action.includes('iam:PutRolePolicy'))
    expect(making).toHaveLength(1)
    expect(making[0]?.Condition).toEqual({ StringEquals: { 'iam:PermissionsBoundary': boundary } })
    expect(making[0]?.Resource).toContain('arn:aws:iam::111122223333:role/edge/bound-*')
  })

  /** Of the sources themselves: what nobody asks need not be allowed, and what somebody asks tomorrow fails here. */
  test('every call in the sources of the real world is allowed', () => {
    const asked = new Set<string>()
    for (const file of readdirSync('src/worlds/real', { recursive: true, encoding: 'utf8' })) {
      // the bucket of a shared ledger has a policy of its own
      if (!/(?<!\.test|\.case)\.ts$/.test(file)) continue
      const source = readFileSync(join('src/worlds/real', file), 'utf8')
      for (const [, names = '', client = ''] of source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g))
        if (client !== 's3')
          for (const [, command = ''] of names.matchAll(/\b(\w+)Command\b(?!Input|Output)/g))
            asked.add(iamAction(client, command))
    }
    const union = [...all.values()].flat()
    expect(asked.size).toBeGreaterThan(20)
    expect([...asked]).toContain('scheduler:CreateSchedule')
    expect([...asked].filter((action) => !allows(union, action))).toEqual([])
  })
})
