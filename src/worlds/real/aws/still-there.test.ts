import { expect, test } from 'vitest'
import type { Aws } from './clients.ts'
import { stillThere } from './still-there.ts'

const at = { account: 'prod', region: 'us-west-2' }
const error = (name: string, status = 400): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } })

/** Answers by the name of the command. */
function played(answers: Readonly<Record<string, () => object>>): Aws {
  const client = {
    send: async (command: object) => {
      const answer = answers[command.constructor.name.replace(/Command$/, '')]
      if (answer === undefined) throw error('AccessDenied', 403)
      return answer()
    },
  }
  return { ec2: () => client, eks: () => client, route53: () => client } as unknown as Aws
}

test('what was deleted is not left, though its tags still are: a deleted NAT gateway is visible for an hour', async () => {
  const all = [
    ...['nat-1', 'nat-2'].map((id) => ({ kind: 'NAT gateway', id })),
    ...['vpce-1', 'vpce-2'].map((id) => ({ kind: 'endpoint', id })),
    ...['i-1', 'i-2', 'i-3'].map((id) => ({ kind: 'instance', id })),
    ...['vpc-1', 'vpc-2'].map((id) => ({ kind: 'VPC', id })),
    { kind: 'EKS cluster', id: 'gone' },
    { kind: 'log group', id: 'flow' },
  ]
  const left = await stillThere(
    played({
      DescribeNatGateways: () => ({
        NatGateways: [
          { NatGatewayId: 'nat-1', State: 'deleted' },
          { NatGatewayId: 'nat-2', State: 'available' },
        ],
      }),
      DescribeVpcEndpoints: () => ({ VpcEndpoints: [{ VpcEndpointId: 'vpce-1', State: 'deleted' }] }),
      DescribeInstances: () => ({
        Reservations: [
          { Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' } }] },
          { Instances: [{ InstanceId: 'i-2', State: { Name: 'running' } }] },
        ],
      }),
      DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-2' }] }),
      DescribeCluster: () => {
        throw error('ResourceNotFoundException', 404)
      },
    }),
    at,
    all,
  )
  expect(left.map(({ id }) => id)).toEqual(['nat-2', 'i-2', 'vpc-2', 'flow'])
})

test('what may not be described counts as there', async () => {
  const all = [
    { kind: 'NAT gateway', id: 'nat-1' },
    { kind: 'EKS cluster', id: 'one' },
  ]
  expect(await stillThere(played({}), at, all)).toEqual(all)
})
