// The undo, armed before the fault: EventBridge Scheduler calls the API that gives back at a set time, whether or not anybody of us is there
// (EventBridge Scheduler User Guide, Using universal targets); in a cluster a CronJob does. A drill that ends well takes both away unused.

import { createHash } from 'node:crypto'
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateScheduleCommand, DeleteScheduleCommand, GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { drillPrefix } from '../../../artefacts/policy/drill-names.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Where } from '../aws/clients.ts'
import { codeOf } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { isOurs, withMark } from '../kubernetes/ownership.ts'
import { cronObjects, undoNamespace } from './in-cluster.ts'
import type { ArmedAction, Owner, Undo } from './undo.ts'
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
/** What is made, goes, and is there again that often is somebody else's work. */
const conflictsMax = 3

export interface Arming {
  readonly fleet: string
  readonly drill: string
  /** Which fault of the drill it is for. */
  readonly number: number
  /** What is told of each, before it is there: for the journal. */
  readonly armed: (what: ArmedIn) => Promise<void>
}

/**
 * Nothing is taken away before all of it is armed; what cannot be armed is a refusal, and then nothing is. Done again with a later time, it
 * takes the place of what was armed before.
 */
export async function arm(
  ground: Ground,
  undo: readonly Undo[],
  at: Date,
  { fleet, drill, number, armed }: Arming,
): Promise<void> {
  const actions = undo.flatMap(armedActions)
  const accounts = [...new Set(actions.map(({ where }) => where.account))]
  const roles = new Map<string | undefined, { readonly arn: string; readonly owner: Owner }>()
  for (const account of accounts) {
    const own = actions.filter(({ where }) => where.account === account)
    roles.set(account, await role(account, own))
  }
  for (const [index, action] of actions.entries()) await schedule(action, index)
  for (const cluster of [...new Set(undo.flatMap((one) => ('cluster' in one ? one.cluster : [])))])
    await inCluster(cluster)

  /** No two faults, drills, fleets or accounts share one, however long their names are. */
  function nameOf(account: string | undefined, index?: number): string {
    const whose = JSON.stringify([fleet, drill, number, account ?? null, index ?? null])
    const hash = createHash('sha256').update(whose).digest('hex').slice(0, 16)
    return `${drillPrefix(fleet)}-${number}-${hash}`
  }

  async function role(account: string | undefined, own: readonly ArmedAction[]) {
    const where = own[0]?.where ?? { account, region: 'us-east-1' }
    const owner = await ownerOf(ground, where)
    const iam = ground.aws.iam(where)
    const name = nameOf(account)
    // before it is written down: what is written down is deleted at the end
    const before = await there()
    await armed({ kind: 'role', where, name })
    const arn = before ?? (await made())
    await iam.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName: policyName, PolicyDocument: permission(own, owner) }),
    )
    return { arn, owner }

    async function there(): Promise<string | undefined> {
      const found = await iam.send(new GetRoleCommand({ RoleName: name })).catch((error: unknown) => {
        unlessGone(error)
        return undefined
      })
      if (found?.Role === undefined) return undefined
      const { Arn = '', Tags = [] } = found.Role
      if (!Tags.some(({ Key, Value }) => Key === 'skerry.dev/fleet' && Value === fleet))
        throw somebodyElses(`the role ${name}`, `has no tag skerry.dev/fleet=${fleet}`)
      return Arn
    }

    async function made(): Promise<string> {
      try {
        const { Role } = await iam.send(
          new CreateRoleCommand({
            RoleName: name,
            Description: 'Gives back what a drill of skerry took away; deleted when the drill ends',
            AssumeRolePolicyDocument: trust(owner),
            PermissionsBoundary: ground.plan.fleet.accounts.find(({ name }) => name === account)?.newRoles
              ?.permissionsBoundary,
            Tags: [
              { Key: 'skerry.dev/fleet', Value: fleet },
              { Key: 'skerry.dev/drill', Value: drill },
            ],
          }),
        )
        return Role?.Arn ?? ''
      } catch (error) {
        // an answer that was lost on its way, and asked for again
        const arn = /^EntityAlreadyExists/.test(codeOf(error)) ? await there() : undefined
        if (arn === undefined) throw error
        return arn
      }
    }
  }

  async function schedule({ where, action, input }: ArmedAction, index: number): Promise<void> {
    const name = nameOf(where.account, index)
    const client = ground.aws.scheduler(where)
    const by = roles.get(where.account)
    // schedules have no tags of their own, only their groups have
    const mark = `Gives back what a drill of skerry took away (skerry.dev/fleet=${fleet})`
    const takeAway = async (): Promise<void> => {
      const found = await client.send(new GetScheduleCommand({ Name: name })).catch((error: unknown) => {
        unlessGone(error)
        return undefined
      })
      if (found === undefined) return
      if (found.Description !== mark)
        throw somebodyElses(`the schedule ${name}`, 'is not described as one of this fleet')
      // of a drill that was cut off, or armed too early: of no use
      await client.send(new DeleteScheduleCommand({ Name: name })).catch(unlessGone)
    }
    await takeAway()
    await armed({ kind: 'schedule', where, name })
    for (let waits = 0, conflicts = 0; ; )
      try {
        await client.send(
          new CreateScheduleCommand({
            Name: name,
            Description: mark,
            ScheduleExpression: `at(${secondOf(at)})`,
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: {
              Arn: `arn:${by?.owner.partition ?? 'aws'}:scheduler:::aws-sdk:${action}`,
              RoleArn: by?.arn,
              Input: JSON.stringify(input),
              RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3_600 },
            },
          }),
        )
        return
      } catch (error) {
        if (codeOf(error) === 'ConflictException' && conflicts < conflictsMax) {
          conflicts += 1
          await takeAway()
          continue
        }
        const isYoung = codeOf(error) === 'ValidationException' && /role/i.test((error as Error).message)
        if (!isYoung || waits >= roleWaits) throw error
        waits += 1
        await ground.pause(everyMs)
      }
  }

  async function inCluster(cluster: string): Promise<void> {
    const api = { kind: 'cluster', name: cluster } as const
    const client = await ground.api(api)
    if (client === undefined) throw new Error(`the cluster ${cluster} is not there`)
    await free(client)
    const own = undo.filter((one) => 'cluster' in one && one.cluster === cluster)
    const objects = cronObjects(own, at, minorOf(ground, cluster), `give-back-${number}`)
    const paths = objects.flatMap(({ kind, metadata: { name, namespace } }) =>
      kind === 'Role' || kind === 'RoleBinding'
        ? [`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`]
        : [],
    )
    await armed({ kind: 'namespace', cluster, paths })
    for (const object of objects) await client.apply(withMark(ground.plan, object))

    /** Of a drill before this one it may be on its way out, and takes nothing in until it is gone. */
    async function free(kube: KubeClient): Promise<void> {
      for (let waits = 0; ; waits += 1) {
        const there = await kube.get<KubeObject>(undoPath)
        if (there === undefined) return
        if (!isOurs(ground, api, undoPath, there))
          throw somebodyElses(`the namespace ${undoNamespace} of ${cluster}`, `does not bear skerry.dev/fleet=${fleet}`)
        if (there.metadata.deletionTimestamp === undefined) return
        if (waits >= roleWaits)
          throw new Refusal(
            'world',
            `the namespace ${undoNamespace} of ${cluster} is deleted and does not go: nothing was taken away`,
            `see what keeps it: kubectl --context ${cluster} get namespace ${undoNamespace} --output yaml`,
          )
        await ground.pause(everyMs)
      }
    }
  }
}

const undoPath = `/api/v1/namespaces/${undoNamespace}`

const minorOf = ({ plan }: Ground, cluster: string): string =>
  plan.fleet.clusters.find(({ name }) => name === cluster)?.version ?? '1.35'

/** An expression has no zone and no fractions: never early. */
const secondOf = (at: Date): string => new Date(Math.ceil(at.getTime() / 1_000) * 1_000).toISOString().slice(0, 19)

async function ownerOf({ aws }: Ground, where: Where): Promise<Owner> {
  const { Arn = '', Account = '' } = await aws.sts(where).send(new GetCallerIdentityCommand({}))
  return { partition: Arn.split(':')[1] || 'aws', id: Account }
}

/** The condition keeps schedules of other accounts from using it (EventBridge Scheduler User Guide, Confused deputy prevention). */
const trust = ({ id }: Owner): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': id } },
      },
    ],
  })

/** Each action on what it gives back, and on nothing else. */
const permission = (own: readonly ArmedAction[], owner: Owner): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [...new Set(own.map(({ allow }) => allow))].sort().map((action) => ({
      Effect: 'Allow',
      Action: action,
      Resource: [...new Set(own.filter(({ allow }) => allow === action).map(({ on }) => on(owner)))].sort(),
    })),
  })

const somebodyElses = (what: string, why: string): Refusal =>
  new Refusal(
    'refused',
    `${what} ${why}: somebody else made it, and it was not touched`,
    'see who made it, delete it if nobody needs it, then run the drill again',
  )

/** The last first: a role goes when nothing needs it any more. */
export async function disarm(ground: Ground, all: readonly ArmedIn[]): Promise<void> {
  for (const one of [...all].filter(({ kind }) => kind !== 'role')) await away(ground, one)
  for (const one of all.filter(({ kind }) => kind === 'role')) await away(ground, one)
}

async function away(ground: Ground, one: ArmedIn): Promise<void> {
  const { aws } = ground
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
      const of = { kind: 'cluster', name: one.cluster } as const
      const client = await ground.api(of)
      for (const path of [...one.paths, undoPath]) {
        const there = await client?.get<KubeObject>(path)
        // somebody else has taken its name meanwhile
        if (there !== undefined && isOurs(ground, of, path, there)) await client?.delete(path)
      }
    }
  }
}

const unlessGone = (error: unknown): void => {
  if (!/NotFound|NoSuchEntity/.test(codeOf(error))) throw error
}
