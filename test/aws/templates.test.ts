import type { Stack } from '@aws-sdk/client-cloudformation'
import { CloudFormationClient, CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cidrs } from './cloudformation/cidr.ts'
import type { Asked } from './fake.case.ts'
import { asked, configOf, network } from './fake.case.ts'

let it: Asked
beforeAll(async () => {
  it = await asked({ quotas: { 'vpc/L-F678F1CE': 100 } })
})
afterAll(() => it.stop())

const valuesOf = ({ Outputs = [] }: Stack) =>
  Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]))

test('expressions are resolved as documented', async () => {
  const value = (Value: unknown) => ({ Value })
  const made = await it.create('expressions', {
    Parameters: {
      Name: { Type: 'String', Default: 'skerry' },
      Image: {
        Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
        Default: '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id',
      },
    },
    Conditions: { Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'skerry'] }, No: { 'Fn::Not': [{ Condition: 'Yes' }] } },
    Mappings: { Sizes: { small: { count: 1 } } },
    Resources: {
      Vpc: {
        Type: 'AWS::EC2::VPC',
        Properties: {
          CidrBlock: { 'Fn::Select': [1, { 'Fn::Split': [',', '10.8.0.0/16,10.9.0.0/16'] }] },
          EnableDnsSupport: { 'Fn::If': ['No', false, { Ref: 'AWS::NoValue' }] },
        },
      },
      Never: { Type: 'AWS::EC2::VPC', Condition: 'No', Properties: { CidrBlock: '10.0.0.0/16' } },
    },
    Outputs: {
      Join: value({ 'Fn::Join': ['-', ['a', { Ref: 'Name' }]] }),
      Sub: value({ 'Fn::Sub': [`\${Name}/\${Own}/\${!Kept}/\${Vpc.CidrBlock}/\${AWS::Region}`, { Own: 'x' }] }),
      Attribute: value({ 'Fn::GetAtt': 'Vpc.CidrBlock' }),
      Cidr: value({ 'Fn::Select': [2, { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }] }),
      Base64: value({ 'Fn::Base64': 'hello' }),
      Found: value({ 'Fn::FindInMap': ['Sizes', 'small', 'count'] }),
      Image: value({ Ref: 'Image' }),
      Zone: value({ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }),
    },
  })
  expect(made.StackStatus).toBe('CREATE_COMPLETE')
  expect(valuesOf(made)).toMatchObject({
    Join: 'a-skerry',
    Sub: `skerry/x/\${Kept}/10.9.0.0/16/us-west-2`,
    Attribute: '10.9.0.0/16',
    Cidr: '10.0.2.0/24',
    Base64: 'aGVsbG8=',
    Found: '1',
    Zone: 'us-west-2a',
    Image: expect.stringMatching(/^ami-0[0-9a-f]{16}$/),
  })
  expect(it.fake.state.stack('expressions')?.resources.has('Never')).toBe(false)
})

test('an expression that the fake does not know is refused, never passed on', async () => {
  const made = await it.create('unknown', {
    Resources: { V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { 'Fn::Transform': 'x' } } } },
  })
  expect(made.StackStatus).toBe('ROLLBACK_COMPLETE')
  const odd = await it.create('attribute', {
    Resources: { V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } },
    Outputs: { X: { Value: { 'Fn::GetAtt': ['V', 'Weather'] } } },
  })
  expect(odd.StackStatus).toBe('ROLLBACK_COMPLETE')
  expect(() => cidrs('10.0.0.0/24', 4, 8)).toThrow('cannot be cut')
})

test('the output of a stack is read across Regions and accounts, when a stack is made and when it is updated, not when it changes', async () => {
  const elsewhere = new CloudFormationClient(configOf(it.fake, 'us-east-1', 1))
  const source = (value: string) => ({
    Resources: { V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } },
    Outputs: { Range: { Value: value } },
  })
  await elsewhere.send(
    new CreateStackCommand({ StackName: 'source', TemplateBody: JSON.stringify(source('10.1.0.0/16')) }),
  )
  await it.fake.state.settled()
  const reader = (metadata: string) => ({
    Resources: {
      V: {
        Type: 'AWS::EC2::VPC',
        Metadata: { metadata },
        Properties: {
          CidrBlock: { 'Fn::GetStackOutput': { StackName: 'source', OutputName: 'Range', Region: 'us-east-1' } },
        },
      },
    },
    Outputs: { Seen: { Value: { 'Fn::GetAtt': ['V', 'CidrBlock'] } } },
  })
  expect(valuesOf(await it.create('reader', reader('1')))).toEqual({ Seen: '10.1.0.0/16' })
  await elsewhere.send(
    new UpdateStackCommand({ StackName: 'source', TemplateBody: JSON.stringify(source('10.2.0.0/16')) }),
  )
  await it.fake.state.settled()
  await expect(
    it.cloudFormation.send(new UpdateStackCommand({ StackName: 'reader', TemplateBody: JSON.stringify(reader('1')) })),
  ).rejects.toThrow('No updates are to be performed.')
  await it.cloudFormation.send(
    new UpdateStackCommand({ StackName: 'reader', TemplateBody: JSON.stringify(reader('2')) }),
  )
  expect(valuesOf(await it.stack('reader'))).toEqual({ Seen: '10.2.0.0/16' })
  elsewhere.destroy()
  const lost = await it.create('lost', {
    Resources: {
      V: {
        Type: 'AWS::EC2::VPC',
        Properties: { CidrBlock: { 'Fn::GetStackOutput': { StackName: 'nowhere', OutputName: 'X' } } },
      },
    },
  })
  expect(lost.StackStatus).toBe('ROLLBACK_COMPLETE')
})

test('tags of a stack reach its resources, beside those of CloudFormation', async () => {
  await it.create('tagged', network, { Tags: [{ Key: 'skerry.dev/fleet', Value: 'f' }] })
  const [subnet] = it.fake.state.resources('AWS::EC2::Subnet').filter(({ owner }) => owner?.stack.includes('tagged'))
  expect(subnet?.tags).toMatchObject({
    'skerry.dev/fleet': 'f',
    'aws:cloudformation:stack-name': 'tagged',
    'aws:cloudformation:logical-id': expect.any(String),
  })
})
