// STS: who asks, and as whom they may ask. https://docs.aws.amazon.com/STS/latest/APIReference/

import type { Handlers } from './cloud.ts'
import { AwsError } from './errors.ts'
import { text } from './json.ts'

export const stsActions: Handlers = {
  GetCallerIdentity: ({ caller }) => ({
    Account: caller.account,
    Arn: caller.arn,
    UserId: caller.accessKeyId.replace(/^A[SK]IA/, 'AIDA'),
  }),
  AssumeRole: ({ cloud, input, caller }) => {
    const found = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(text(input.RoleArn))
    if (found === null) throw new AwsError('ValidationError', `${text(input.RoleArn)} is invalid`)
    const [, account = '', role = ''] = found
    if (cloud.unassumable.has(text(input.RoleArn)))
      throw new AwsError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${text(input.RoleArn)}`,
        403,
      )
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/${text(input.RoleSessionName)}`
    const key = `ASIA${cloud.store.unique(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`
    const secret = cloud.store.unique(32)
    const expiresAt = new Date(Date.now() + (Number(text(input.DurationSeconds)) || 3_600) * 1_000)
    cloud.keys.set(key, { account, arn, secret, expiresAt })
    return {
      AssumedRoleUser: { AssumedRoleId: `AROAFAKE:${text(input.RoleSessionName)}`, Arn: arn },
      Credentials: {
        AccessKeyId: key,
        SecretAccessKey: secret,
        SessionToken: cloud.store.unique(32),
        Expiration: expiresAt.toISOString(),
      },
    }
  },
}
