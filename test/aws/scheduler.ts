// EventBridge Scheduler as far as an armed undo needs it: one-time schedules with universal targets, carried out at their second.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html

import type { Handlers } from './cloud.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { record, text } from './json.ts'
import type { Route } from './protocols/protocol.ts'

const type = 'AWS::Scheduler::Schedule'
const path = '/schedules/{Name}'

export const schedulerRoutes: readonly Route[] = [
  ['POST', path, 'CreateSchedule'],
  ['GET', path, 'GetSchedule'],
  ['DELETE', path, 'DeleteSchedule'],
]

const missing = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)

/** `find`: the actions of a service, by the name that its universal target has. */
export const schedulerActions = (find: (service: string) => Handlers | undefined): Handlers => ({
  CreateSchedule: (call) => {
    const { Name, ScheduleExpression, Target } = call.input
    const name = text(Name)
    if (call.cloud.store.get(type, name, call) !== undefined)
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409)
    if (!/^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/.test(text(ScheduleExpression)))
      throw new AwsError('ValidationException', `Invalid Schedule Expression ${text(ScheduleExpression)}.`)
    const role = text(record(Target).RoleArn)
    const found = call.cloud.store.list('AWS::IAM::Role', call).find(({ arn }) => arn === role)
    if (found === undefined || !JSON.stringify(found.properties).includes('scheduler.amazonaws.com'))
      throw new AwsError(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      )
    const madeAt = new Date()
    const arn = `arn:aws:scheduler:${call.region}:${call.account}:schedule/default/${name}`
    call.cloud.store.add({
      ...{ type, id: name, arn, account: call.account, region: call.region, tags: {}, status: 'ENABLED' },
      ...{ properties: call.input, attributes: {}, madeAt },
    })
    const [service = '', action = ''] = text(record(Target).Arn).split(':aws-sdk:')[1]?.split(':') ?? []
    const handler = find(service)?.[`${action.slice(0, 1).toUpperCase()}${action.slice(1)}`]
    if (handler === undefined)
      throw new AwsError('ValidationException', `${text(record(Target).Arn)} is not a valid target arn.`)
    const at = Date.parse(`${text(ScheduleExpression).slice(3, -1)}Z`)
    call.cloud.go(async () => {
      while (Date.now() < at) await call.cloud.pause(Math.min(500, at - Date.now()))
      const due = call.cloud.store.get(type, name, call)
      if (due?.madeAt.getTime() !== madeAt.getTime()) return
      call.cloud.store.remove(due)
      await handler({ ...call, action, input: JSON.parse(text(record(Target).Input)) as Input })
    }, false)
    return { ScheduleArn: arn }
  },
  GetSchedule: (call) => {
    const found = call.cloud.store.get(type, text(call.input.Name), call)
    if (found === undefined) throw missing(text(call.input.Name))
    return found.properties
  },
  DeleteSchedule: (call) => {
    const found = call.cloud.store.get(type, text(call.input.Name), call)
    if (found === undefined) throw missing(text(call.input.Name))
    call.cloud.store.remove(found)
    return {}
  },
})
