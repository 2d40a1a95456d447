// Every template judged by a linter of another maker, and the linter judged by faults that are put into templates on purpose. Of the
// 24 faults that were planted when checkers were compared, these twelve are the linter's; the other twelve no linter of templates finds,
// and `check` does, on their line in the fleet (src/check/faults.test.ts).

import { beforeEach, expect, test } from 'vitest'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { deployPolicy } from '../../src/artefacts/policy/deploy-policy.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { plan } from '../../src/plan/index.ts'
import { needs } from '../needs.ts'
import { cfnLint, linted } from './cfn-lint.ts'
import { everyShape } from './every-shape.ts'

beforeEach(needs('cfn-lint', cfnLint))

const examples = ['local-zone', 'wavelength', 'recovery', 'federation', 'stores']

test('cfn-lint finds nothing in any template of the examples and of the shapes that they have not, but zones that are named, as the fleet names them', async () => {
  const fleets = [everyShape()]
  for (const example of examples) fleets.push(await readFleet([`examples/${example}`]))
  const plans = fleets.map((fleet) => plan(fleet))
  const stacks = plans.flatMap((made) => stacksOf(made))
  expect(stacks.length).toBeGreaterThan(40)
  // the policies of who deploys, as if a template made them: so every action in them is one that IAM knows
  const policies = plans
    .flatMap((made) => deployPolicy(made))
    .map(({ document }, index) => [
      `Policy${index}`,
      { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document } },
    ])
  const templates = Object.fromEntries(stacks.map(({ name, template }) => [name, template]))
  expect(linted({ ...templates, policies: { Resources: Object.fromEntries(policies) } })).toEqual([])
}, 300_000)

/** Parsed JSON, to be spoilt. */
// biome-ignore lint/suspicious/noExplicitAny: a fault may be put anywhere
type Resources = Record<string, any>

interface Fault {
  readonly what: string
  readonly stack: string
  readonly plant: (resources: Resources) => void
  readonly rule: string
  /** Where the linter tells it: the start of the path. */
  readonly at: string
}

const nodes = 'nodes-los-angeles-eks-selfmanaged-groupnode'
const faults: readonly Fault[] = [
  {
    what: 'an unknown property',
    stack: 'network-main',
    plant: ({ Vpc }) => {
      Vpc.Properties.CidrBlok = '10.0.0.0/16'
    },
    rule: 'E3002',
    at: 'Resources/Vpc/Properties/CidrBlok',
  },
  {
    what: 'a required property that is missing',
    stack: 'cluster-eks-cluster',
    plant: ({ Cluster }) => {
      delete Cluster.Properties.RoleArn
    },
    rule: 'E3003',
    at: 'Resources/Cluster/Properties',
  },
  {
    what: 'an attribute that its resource has not',
    stack: 'cluster-eks-cluster',
    plant: ({ Cluster }) => {
      Cluster.Properties.RoleArn = { 'Fn::GetAtt': ['ControlPlaneRole', 'Arm'] }
    },
    rule: 'E1010',
    at: 'Resources/Cluster/Properties/RoleArn',
  },
  {
    what: 'an authentication mode that EKS has not',
    stack: 'cluster-eks-cluster',
    plant: ({ Cluster }) => {
      Cluster.Properties.AccessConfig.AuthenticationMode = 'APIS'
    },
    rule: 'E3030',
    at: 'Resources/Cluster/Properties/AccessConfig/AuthenticationMode',
  },
  {
    what: 'Kubernetes 9.99',
    stack: 'cluster-eks-cluster',
    plant: ({ Cluster }) => {
      Cluster.Properties.Version = '9.99'
    },
    rule: 'E3031',
    at: 'Resources/Cluster/Properties/Version',
  },
  {
    what: 'a volume type gp9',
    stack: nodes,
    plant: ({ LaunchTemplate }) => {
      LaunchTemplate.Properties.LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeType = 'gp9'
    },
    rule: 'E3030',
    at: 'Resources/LaunchTemplate/Properties/LaunchTemplateData/BlockDeviceMappings/0/Ebs/VolumeType',
  },
  {
    what: 'an instance type c99.large',
    stack: nodes,
    plant: ({ LaunchTemplate }) => {
      LaunchTemplate.Properties.LaunchTemplateData.InstanceType = 'c99.large'
    },
    rule: 'E3628',
    at: 'Resources/LaunchTemplate/Properties/LaunchTemplateData/InstanceType',
  },
  {
    what: 'a range of /33',
    stack: 'network-main',
    plant: ({ Vpc }) => {
      Vpc.Properties.CidrBlock = '10.10.0.0/33'
    },
    rule: 'E3002',
    at: 'Resources/Vpc/Properties/CidrBlock',
  },
  {
    what: 'two subnets of one range',
    stack: 'network-main',
    plant: ({ SubnetOregonPublicA, SubnetOregonPublicB }) => {
      SubnetOregonPublicB.Properties.CidrBlock = SubnetOregonPublicA.Properties.CidrBlock
    },
    rule: 'E3060',
    at: 'Resources/SubnetOregonPublicB/Properties',
  },
  {
    what: 'a third record of a failover',
    stack: 'dns-example-com',
    plant: ({ RecordGameExampleComOregon }) => {
      RecordGameExampleComOregon.Properties.Failover = 'THIRD'
    },
    rule: 'E3030',
    at: 'Resources/RecordGameExampleComOregon/Properties/Failover',
  },
  {
    what: 'an alias with a time to live',
    stack: 'dns-example-com',
    plant: ({ RecordGameExampleComOregon }) => {
      RecordGameExampleComOregon.Properties.TTL = '60'
    },
    rule: 'E3029',
    at: 'Resources/RecordGameExampleComOregon/Properties/TTL',
  },
  {
    what: 'an action that IAM does not know',
    stack: 'network-main',
    plant: ({ FlowLogRole }) => {
      FlowLogRole.Properties.Policies[0].PolicyDocument.Statement[0].Action.push('logs:Shout')
    },
    rule: 'W3037',
    at: 'Resources/FlowLogRole/Properties/Policies/0/PolicyDocument/Statement/0/Action',
  },
]

test('each of twelve faults that are planted in templates is found by cfn-lint, where it is', async () => {
  const stacks = stacksOf(plan(await readFleet(['examples/local-zone'])))
  const spoilt = faults.map(({ what, stack, plant }) => {
    const template = structuredClone(stacks.find(({ name }) => name === `local-zone-${stack}`)?.template)
    if (template === undefined) throw new Error(`no stack ${stack}`)
    plant(template.Resources as Resources)
    return [what, template]
  })
  const found = linted(Object.fromEntries(spoilt))
  for (const { what, rule, at } of faults)
    expect(
      found.some((it) => it.file === what && it.rule === rule && it.at.startsWith(at)),
      `${what}: ${rule} at ${at}`,
    ).toBe(true)
  // and nothing else is: so it is the fault that is told
  expect(found).toHaveLength(faults.length)
}, 300_000)
