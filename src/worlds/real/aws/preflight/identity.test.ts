import { expect, test } from 'vitest'
import { fleetFrom } from '../../../../fleet/from.ts'
import { plan as planOf } from '../../../../plan/index.ts'
import type { Ground } from '../../ground.ts'
import type { Where } from '../clients.ts'
import { identityFindings, regionFindings } from './identity.ts'

const plan = planOf(
  fleetFrom('apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: one }\nsites: []\nclusters: []\n'),
)
const noHost = (host: string) =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', name: 'Error' })
const unknown = () => Object.assign(new Error('The security token is invalid'), { name: 'InvalidClientTokenId' })

/** Each Region answers what is given for it. */
const ground = (answers: Readonly<Record<string, Error>>): Ground => {
  const client = (answer: object) => (at: Where) => ({
    send: async () => {
      const error = answers[at.region] ?? answers['*']
      if (error !== undefined) throw error
      return answer
    },
  })
  const regions = [
    { RegionName: 'us-west-2', OptInStatus: 'opt-in-not-required' },
    { RegionName: 'af-south-1', OptInStatus: 'not-opted-in' },
  ]
  return {
    plan,
    aws: { sts: client({ Account: '111122223333', Arn: 'arn:me' }), ec2: client({ Regions: regions }) },
  } as unknown as Ground
}
const findings = async (region: string, answers: Readonly<Record<string, Error>>) => {
  const places = [{ account: undefined, region }]
  const who = await identityFindings(ground(answers), places)
  return (who.length > 0 ? who : await regionFindings(ground(answers), places)).map(({ what, next }) => [what, next])
}

test('a Region that is none is told as that, and not as credentials that are wrong', async () => {
  expect(await findings('us-west-9', { 'us-west-9': noHost('sts.us-west-9.amazonaws.com') })).toEqual([
    ['there is no Region us-west-9', 'correct networks[].region in the fleet'],
  ])
})

test('a Region that is not enabled does not know anybody’s credentials: it is the Region that is told', async () => {
  expect(await findings('af-south-1', { 'af-south-1': unknown() })).toEqual([
    [
      'the account of these credentials has not enabled the Region af-south-1',
      'aws account enable-region --region-name af-south-1; it takes minutes to hours',
    ],
  ])
})

test('where no name is resolved, or nobody knows the credentials, that is one message', async () => {
  expect(await findings('us-west-2', { '*': noHost('sts.us-west-2.amazonaws.com') })).toEqual([
    [
      'AWS in us-west-2 does not say who you are: the Region has no such endpoint (sts.us-west-2.amazonaws.com)',
      'look at the region in the fleet, and whether names are resolved here',
    ],
  ])
  expect(await findings('us-west-2', { '*': unknown() })).toEqual([
    [
      'AWS in us-west-2 does not say who you are: AWS does not know these credentials (InvalidClientTokenId)',
      expect.stringContaining('see who you are with aws sts get-caller-identity'),
    ],
  ])
})
