// Health checks, and what they see.

import type { Handlers } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { isTrue, record, text } from './json.ts'
import { page } from './pages.ts'
import { make } from './resources/resource-type.ts'
import { checkHealthCheck } from './resources/route53.ts'
import { typeOf } from './resources/types.ts'
import { base, checkOf } from './route53-calls.ts'

export const healthActions: Handlers = {
  CreateHealthCheck: async (call) => {
    const reference = text(call.input.CallerReference)
    const config = asConfig(record(call.input.HealthCheckConfig))
    const twin = call.cloud.store
      .list('AWS::Route53::HealthCheck', call)
      .find((it) => it.attributes.CallerReference === reference)
    if (twin !== undefined)
      throw new AwsError(
        'HealthCheckAlreadyExists',
        `A health check with the caller reference ${reference} has already been created`,
        409,
      )
    const kind = typeOf('AWS::Route53::HealthCheck')
    if (kind === undefined) throw new AwsError('InternalError', 'no such type')
    const check = await make(kind, {
      cloud: call.cloud,
      type: 'AWS::Route53::HealthCheck',
      account: call.account,
      region: call.region,
      properties: { HealthCheckConfig: config },
      nameFor: () => '',
    })
    check.attributes = { ...check.attributes, CallerReference: reference }
    return {
      $status: 201,
      $location: `https://route53.amazonaws.com${base}/healthcheck/${check.id}`,
      HealthCheck: checkShown(check),
    }
  },
  GetHealthCheck: (call) => ({ HealthCheck: checkShown(checkOf(call)) }),
  ListHealthChecks: (call) => {
    const { items, next } = page(
      call.cloud,
      call.cloud.store.list('AWS::Route53::HealthCheck', call),
      call.input.marker,
      call.input.maxitems,
    )
    return {
      HealthChecks: { HealthCheck: items.map(checkShown) },
      IsTruncated: next !== undefined,
      ...(next !== undefined && { NextMarker: next }),
      MaxItems: '100',
    }
  },
  UpdateHealthCheck: (call) => {
    const check = checkOf(call)
    const { HealthCheckId: _, HealthCheckVersion, ResetElements: __, ...wanted } = call.input
    if (HealthCheckVersion !== undefined && Number(HealthCheckVersion) !== Number(check.attributes.Version))
      throw new AwsError(
        'HealthCheckVersionMismatch',
        `The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check.`,
        409,
      )
    const config = { ...record(check.properties.HealthCheckConfig), ...asConfig(wanted) } as Input
    checkHealthCheck(config, call.cloud, call)
    check.properties = { ...check.properties, HealthCheckConfig: config }
    check.attributes = { ...check.attributes, Version: Number(check.attributes.Version) + 1 }
    return { HealthCheck: checkShown(check) }
  },
  DeleteHealthCheck: async (call) => {
    const check = checkOf(call)
    await typeOf(check.type)?.unmake?.(check, call.cloud)
    call.cloud.store.remove(check)
    return {}
  },
  GetHealthCheckStatus: (call) => {
    const check = checkOf(call)
    const status =
      check.attributes.Unhealthy === true ? 'Failure: Connection timed out.' : 'Success: HTTP Status Code 200, OK'
    const checkers = [
      'us-east-1',
      'us-west-1',
      'us-west-2',
      'eu-west-1',
      'ap-southeast-1',
      'ap-southeast-2',
      'ap-northeast-1',
      'sa-east-1',
    ]
    return {
      HealthCheckObservations: {
        HealthCheckObservation: checkers.map((Region, index) => ({
          Region,
          IPAddress: `15.177.2.${index + 1}`,
          StatusReport: { Status: status, CheckedTime: new Date().toISOString() },
        })),
      },
    }
  },
}

const checkShown = (it: Entity): Input => {
  const { Regions, ChildHealthChecks, ...config } = record(it.properties.HealthCheckConfig)
  return {
    Id: it.id,
    CallerReference: text(it.attributes.CallerReference) || it.id,
    HealthCheckVersion: it.attributes.Version,
    HealthCheckConfig: {
      ...unsaid(text(config.Type)),
      ...config,
      ...(Regions !== undefined && { Regions: { Region: Regions } }),
      ...(ChildHealthChecks !== undefined && { ChildHealthChecks: { ChildHealthCheck: ChildHealthChecks } }),
    },
  }
}

/** What a check is told to have where nobody said it. */
const unsaid = (type: string): Input => ({
  ...{ Inverted: false, Disabled: false },
  ...(/^(HTTPS?|TCP)/.test(type) && { MeasureLatency: false, EnableSNI: type.startsWith('HTTPS') }),
})

const numbers = ['Port', 'RequestInterval', 'FailureThreshold', 'HealthThreshold']
const flags = ['Inverted', 'Disabled', 'EnableSNI', 'MeasureLatency']
const asConfig = (it: Input): Input =>
  Object.fromEntries(
    Object.entries(it).map(([key, value]) => [
      key,
      numbers.includes(key) ? Number(value) : flags.includes(key) ? isTrue(value) : value,
    ]),
  )
