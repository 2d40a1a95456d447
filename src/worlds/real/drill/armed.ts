// The undo, armed before the fault: EventBridge Scheduler calls the API that gives back at a set time, whether or not anybody of us is there
// (EventBridge Scheduler User Guide, Using universal targets); in a cluster a CronJob does. A drill that ends well takes both away unused.

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateScheduleCommand, DeleteScheduleCommand } from '@aws-sdk/client-scheduler'
import type { Where } from '../aws/clients.ts'
import { codeOf } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { cronObjects, undoNamespace } from './in-cluster.ts'
import type { ArmedAction, Undo } from './undo.ts'
import { armedActions } from './undo.ts'

/** What was armed, and where it is taken away. */
export type ArmedIn =
  | { readonly kind: 'schedule'; readonly where: Where; readonly name: string }
  | { readonly kind: 'role'; readonly where: Where; readonly name: string }
  /** And what stands outside of it: roles in the namespaces of apps. */
  | { readonly kind: 'namespace'; readonly cluster: string; readonly paths: readonly string[] }

const policyName = 'give-back'
/** A role that was made a moment ago is not known everywhere yet. */
const roleWaits = 20
const everyMs = 3_000

export interface Arming {
  readonly fleet: string
  /** Which fault of the drill it is for. */
  readonly number: number
  /** What is told of each, as soon as it is there: for the journal. */
  readonly armed: (what: ArmedIn) => void
}

/** Nothing is taken away before all of it is armed; what cannot be armed is a refusal, and then nothing is. */
export async function arm(
  ground: Ground,
  undo: readonly Undo[],
  at: Date,
  { fleet: owner, number, armed }: Arming,
): Promise<void> {
  const fleet = `${owner}-${number}`
  const actions = undo.flatMap(armedActions)
  const accounts = [...new Set(actions.map(({ where }) => where.account))]
  const roles = new Map<string | undefined, string>()
  for (const account of accounts) {
    const own = actions.filter(({ where }) => where.account === account)
    roles.set(account, await role(account, own))
  }
  for (const [index, action] of actions.entries()) await schedule(action, index)
  for (const cluster of [...new Set(undo.flatMap((one) => ('cluster' in one ? one.cluster : [])))])
    await inCluster(cluster)

  async function role(account: string | undefined, own: readonly ArmedAction[]): Promise<string> {
    const [first] = own
    const where = first?.where ?? { account, region: 'us-east-1' }
    const iam = ground.aws.iam(where)
    const name = `skerry-drill-${fleet}`.slice(0, 64)
    armed({ kind: 'role', where, name })
    const made = await iam
      .send(
        new CreateRoleCommand({
          RoleName: name,
          Description: 'Gives back what a drill of skerry took away; deleted when the drill ends',
          AssumeRolePolicyDocument: document('scheduler.amazonaws.com', 'sts:AssumeRole'),
          Tags: [{ Key: 'skerry.dev/fleet', Value: owner }],
        }),
      )
      .catch(async (error: unknown) => {
        if (codeOf(error) !== 'EntityAlreadyExistsException' && codeOf(error) !== 'EntityAlreadyExists') throw error
        const { GetRoleCommand } = await import('@aws-sdk/client-iam')
        return iam.send(new GetRoleCommand({ RoleName: name }))
      })
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: policyName,
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: [...new Set(own.map(({ allow }) => allow))].sort(), Resource: '*' }],
        }),
      }),
    )
    return made.Role?.Arn ?? ''
  }

  async function schedule({ where, action, input }: ArmedAction, index: number): Promise<void> {
    const name = `skerry-${fleet}-${index + 1}`.slice(0, 64)
    armed({ kind: 'schedule', where, name })
    const client = ground.aws.scheduler(where)
    for (let waits = 0; ; waits += 1)
      try {
        await client.send(
          new CreateScheduleCommand({
            Name: name,
            Description: 'Gives back what a drill of skerry took away',
            // at() has no zone of its own and no fractions
            ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: {
              Arn: `arn:aws:scheduler:::aws-sdk:${action}`,
              RoleArn: roles.get(where.account),
              Input: JSON.stringify(input),
              RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3_600 },
            },
          }),
        )
        return
      } catch (error) {
        if (codeOf(error) === 'ConflictException') {
          // of a drill that was cut off: with what it would do and when it would, it is of no use
          await client.send(new DeleteScheduleCommand({ Name: name }))
          continue
        }
        const isYoung = codeOf(error) === 'ValidationException' && /role/i.test((error as Error).message)
        if (!isYoung || waits >= roleWaits) throw error
        await ground.pause(everyMs)
      }
  }

  async function inCluster(cluster: string): Promise<void> {
    const client = await ground.api({ kind: 'cluster', name: cluster })
    if (client === undefined) throw new Error(`the cluster ${cluster} is not there`)
    const own = undo.filter((one) => 'cluster' in one && one.cluster === cluster)
    const objects = cronObjects(own, at, minorOf(ground, cluster), `give-back-${number}`)
    const paths = objects.flatMap(({ kind, metadata: { name, namespace } }) =>
      kind === 'Role' || kind === 'RoleBinding'
        ? [`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`]
        : [],
    )
    armed({ kind: 'namespace', cluster, paths })
    for (const object of objects) await client.apply(object)
  }
}

const minorOf = ({ plan }: Ground, cluster: string): string =>
  plan.fleet.clusters.find(({ name }) => name === cluster)?.version ?? '1.35'

const document = (service: string, action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: action }],
  })

/** The last first: a role goes when nothing needs it any more. */
export async function disarm(ground: Ground, all: readonly ArmedIn[]): Promise<void> {
  for (const one of [...all].filter(({ kind }) => kind !== 'role')) await away(ground, one)
  for (const one of all.filter(({ kind }) => kind === 'role')) await away(ground, one)
}

async function away({ aws, api }: Ground, one: ArmedIn): Promise<void> {
  switch (one.kind) {
    case 'schedule':
      await aws
        .scheduler(one.where)
        .send(new DeleteScheduleCommand({ Name: one.name }))
        .catch(unlessGone)
      return
    case 'role': {
      const iam = aws.iam(one.where)
      await iam.send(new DeleteRolePolicyCommand({ RoleName: one.name, PolicyName: policyName })).catch(unlessGone)
      await iam.send(new DeleteRoleCommand({ RoleName: one.name })).catch(unlessGone)
      return
    }
    case 'namespace': {
      const client = await api({ kind: 'cluster', name: one.cluster })
      for (const path of one.paths) await client?.delete(path)
      await client?.delete(`/api/v1/namespaces/${undoNamespace}`)
    }
  }
}

const unlessGone = (error: unknown): void => {
  if (!/NotFound|NoSuchEntity/.test(codeOf(error))) throw error
}
