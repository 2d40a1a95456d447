import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'

test('the fake in a process of its own is told things by HTTP, and stops when it is told to', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/aws/serve.ts', JSON.stringify({ region: 'eu-west-1' })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url, env } = JSON.parse(line) as { url: string; env: Record<string, string> }
  const tell = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/_fake/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return answer.json()
  }
  const made = (await tell('POST', 'add', {
    type: 'AWS::EC2::VPC',
    properties: { CidrBlock: '10.0.0.0/16' },
    at: { region: 'eu-west-1' },
  })) as { id: string }
  const client = new EC2Client({
    endpoint: url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  })
  expect((await client.send(new DescribeVpcsCommand({}))).Vpcs?.map(({ VpcId }) => VpcId)).toEqual([made.id])
  const { id } = (await tell('POST', 'plant', { kind: 'denied', action: 'DescribeVpcs' })) as { id: number }
  await expect(client.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
  await tell('DELETE', `plant/${id}`)
  await client.send(new DescribeVpcsCommand({}))
  expect(((await tell('GET', 'calls')) as { action: string }[]).map(({ action }) => action)).toEqual([
    'DescribeVpcs',
    'DescribeVpcs',
    'DescribeVpcs',
  ])
  expect(await tell('GET', 'stacks')).toEqual([])
  expect(await tell('POST', 'nonsense', {})).toMatchObject({ error: expect.stringContaining('is not told') })
  client.destroy()
  const ended = once(child, 'exit')
  await tell('POST', 'stop')
  expect((await ended)[0]).toBe(0)
}, 60_000)
