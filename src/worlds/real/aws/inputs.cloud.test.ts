// A stack that takes what another gives out, on the fake cloud.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FakeAws } from '../../../../test/aws/server.ts'
import { startFakeAws } from '../../../../test/aws/server.ts'
import { quickMeans } from '../../../../test/cloud/means.ts'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { fleetFrom } from '../../../fleet/from.ts'
import { plan as planOf } from '../../../plan/index.ts'
import { carry } from '../carry.ts'
import type { Ground } from '../ground.ts'
import { awsFor } from './clients.ts'
import { stackWork } from './stack-work.ts'

let fake: FakeAws
beforeEach(async () => {
  fake = await startFakeAws({})
})
afterEach(() => fake.stop())

const plan = planOf(
  fleetFrom('apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: one }\nsites: []\nclusters: []\n'),
)
const file = (name: string, template: StackFile['template'], needs: readonly string[] = []): StackFile => ({
  ...{ name, template, needs, account: '', region: 'us-west-2' },
  tags: { 'skerry.dev/fleet': 'one' },
})
const vpc = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } }
const range = { 'Fn::GetStackOutput': { StackName: 'one-gives', OutputName: 'Range' } }
const gives = (Value: string) => file('one-gives', { Resources: { Vpc: vpc }, Outputs: { Range: { Value } } })
const takes = file(
  'one-takes',
  {
    Resources: {
      Vpc: vpc,
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          ...{ GroupDescription: 'takes', VpcId: { Ref: 'Vpc' } },
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: range }],
        },
      },
    },
  },
  ['one-gives'],
)

test('a stack is updated when only what another gives out has changed, and not when nothing has', async () => {
  const means = quickMeans()
  const aws = awsFor(plan.fleet, fake.env, means)
  const ground = { plan, aws, pause: means.pause } as Ground
  const consent = { yes: async () => true, named: async () => true }
  const changed = async (value: string) => {
    const works = stackWork(ground, consent, [gives(value), takes], [])
    const went = await carry(works, { signal: new AbortController().signal, now: () => new Date() })
    return [...went.values()].map((it) => (it.kind === 'done' ? it.changed : it))
  }
  const open = () => JSON.stringify(fake.state.resources('AWS::EC2::SecurityGroup').map((it) => it.properties))
  expect(await changed('10.1.0.0/16')).toEqual([true, true])
  expect(await changed('10.1.0.0/16')).toEqual([false, false])
  expect(await changed('10.2.0.0/16')).toEqual([true, true])
  expect(open()).toContain('10.2.0.0/16')
  expect(open()).not.toContain('10.1.0.0/16')
  expect(await changed('10.2.0.0/16')).toEqual([false, false])
  aws.close()
})
