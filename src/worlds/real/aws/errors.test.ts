import { expect, test } from 'vitest'
import { awsRefusal, deniedOf, troubleOf } from './errors.ts'

const answer = (name: string, message = '', status = 400, attempts = 1) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, attempts } })

test.each([
  [answer('CredentialsProviderError', 'Could not load credentials from any providers'), 'noCredentials'],
  [answer('CredentialsProviderError', 'The SSO session associated with this profile has expired'), 'expired'],
  [answer('ExpiredTokenException', 'The security token included in the request is expired', 403), 'expired'],
  [answer('InvalidClientTokenId', '', 403), 'invalid'],
  [answer('OptInRequired', '', 403), 'notEnabled'],
  [answer('UnauthorizedOperation', '', 403), 'denied'],
  [answer('RequestLimitExceeded', '', 503), 'throttled'],
  [answer('InternalFailure', '', 500), 'down'],
  [answer('ValidationError', 'Stack with id x does not exist'), 'other'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND eks.us-west-9.amazonaws.com'), { code: 'ENOTFOUND' }), 'noEndpoint'],
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'offline'],
])('%s is %s', (error, trouble) => {
  expect(troubleOf(error)).toBe(trouble)
  expect(awsRefusal(error, 'x').hint).not.toBe('')
})

test('a denied call names who, the action, the resource and why, and the policy that would allow it', () => {
  const message =
    'User: arn:aws:sts::111122223333:assumed-role/deploy/skerry is not authorized to perform: eks:CreateCluster on resource: arn:aws:eks:us-west-2:111122223333:cluster/one because no identity-based policy allows the eks:CreateCluster action'
  expect(deniedOf(message)).toEqual({
    who: 'arn:aws:sts::111122223333:assumed-role/deploy/skerry',
    action: 'eks:CreateCluster',
    on: 'arn:aws:eks:us-west-2:111122223333:cluster/one',
    because: 'no identity-based policy allows it',
  })
  expect(awsRefusal(answer('AccessDeniedException', message, 403), 'the cluster one cannot be made')).toMatchObject({
    kind: 'refused',
    message:
      'the cluster one cannot be made: arn:aws:sts::111122223333:assumed-role/deploy/skerry may not eks:CreateCluster on arn:aws:eks:us-west-2:111122223333:cluster/one (no identity-based policy allows it)',
    hint: 'allow eks:CreateCluster: skerry plan --policy prints all that whoever deploys must be allowed',
  })
})

test('a message of AWS loses what could be a secret', () => {
  const long = 'A'.repeat(200)
  const { message } = awsRefusal(answer('Odd', `with AKIAIOSFODNN7EXAMPLE and ${long}`), 'it failed')
  expect(message).toBe('it failed: with (a key) and (…)')
})
