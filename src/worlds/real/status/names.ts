// The names: records and health checks as Route 53 has them, and who answers users by them now: computed, and beside it, where it is asked
// for, what the zone's own name servers say.

import { Resolver } from 'node:dns/promises'
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import type { HealthCheckObservation, ResourceRecordSet } from '@aws-sdk/client-route-53'
import {
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import type { RecordIntent } from '../../../artefacts/dns/intents.ts'
import { nameIntents } from '../../../artefacts/dns/intents.ts'
import { Refusal } from '../../../model/refusal.ts'
import { listed } from '../../../model/words.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import type { Answering, WhoAnswers } from './answers.ts'
import { whoAnswers } from './answers.ts'
import type { Asking, Said } from './asking.ts'
import { answerOf, checkLogicalId, named, remembered } from './asking.ts'
import type { FrontStatus, Recorded } from './fronts.ts'
import { frontKey, sameName } from './fronts.ts'
import { unlikeDeclared } from './records.ts'

export interface CheckStatus extends Age {
  readonly host: string
  readonly site: string
  readonly state: Standing
  readonly id: string | undefined
  readonly healthy: boolean | undefined
  /** Of how many checkers how many say so; none for a check that follows an alarm. */
  readonly checkers: number
  readonly agree: number
  readonly port: number | undefined
  readonly wantedPort: number | undefined
  readonly why: string | undefined
}

export interface NameStatus extends Age {
  readonly host: string
  readonly app: string
  readonly state: Standing
  readonly policy: RecordIntent['policy'] | undefined
  readonly checks: readonly CheckStatus[]
  /** By the rules of Route 53 over what is known now; undefined while its records were never heard of. */
  readonly computed: WhoAnswers | undefined
  /** Of its zone. */
  readonly nameServers: readonly string[]
  /** What a name server of the zone said; undefined where none was asked. */
  readonly asked: NameServerSaid | undefined
  readonly why: string | undefined
}

interface NameServerSaid {
  readonly nameServer: string
  readonly addresses: readonly string[]
  /** Why it was not heard; undefined: it answered, and where it gave no address, that there is none. */
  readonly why: string | undefined
}

interface ZoneSaid {
  readonly records: readonly ResourceRecordSet[]
  readonly nameServers: readonly string[]
  /** Physical ids in the stack of the zone, by logical id. */
  readonly resources: Readonly<Record<string, string>>
}

export interface NamesSaid {
  readonly zones: ReadonlyMap<
    string,
    {
      readonly said: ZoneSaid | undefined
      readonly heard: boolean
      readonly age: Age
      readonly why: string | undefined
    }
  >
  readonly recorded: Recorded
}

/** Route 53 is global; its API is signed for this Region. */
export const route53Region = 'us-east-1'

export async function namesSaid(asking: Asking): Promise<NamesSaid> {
  const { ground } = asking
  const { plan } = ground
  const { zones } = dnsRecords(plan)
  const { records } = nameIntents(plan)
  const found = await Promise.all(
    zones.map(async (zone) => {
      const where = { account: zone.account, region: route53Region }
      const said = await answerOf(
        asking,
        `the zone ${zone.Properties.Name} cannot be read`,
        async (abortSignal): Promise<ZoneSaid> => {
          const client = ground.aws.route53(where)
          const stack = await ground.aws
            .cloudFormation(where)
            .send(new DescribeStackResourcesCommand({ StackName: named(plan).dns(zone.Properties.Name) }), {
              abortSignal,
            })
            .catch((error: unknown) => {
              if (error instanceof Error && /does not exist/.test(error.message)) return undefined
              throw error
            })
          const resources = Object.fromEntries(
            (stack?.StackResources ?? []).map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
              LogicalResourceId,
              PhysicalResourceId,
            ]),
          )
          const Id = zone.hostedZoneId ?? resources.HostedZone
          if (Id === undefined || Id === '') return { records: [], nameServers: [], resources }
          const hosted = await client.send(new GetHostedZoneCommand({ Id }), { abortSignal })
          const all: ResourceRecordSet[] = []
          for (let next: object | undefined = {}; next !== undefined; ) {
            const page: Awaited<ReturnType<typeof recordsFrom>> = await recordsFrom(next)
            all.push(...(page.ResourceRecordSets ?? []))
            next =
              page.IsTruncated === true
                ? {
                    StartRecordName: page.NextRecordName,
                    StartRecordType: page.NextRecordType,
                    ...(page.NextRecordIdentifier !== undefined && {
                      StartRecordIdentifier: page.NextRecordIdentifier,
                    }),
                  }
                : undefined
          }
          const listedHosts = new Set(records.map(({ host }) => `${host}.`))
          return {
            // a zone may be somebody's with thousands of records
            records: all.filter(({ Name = '' }) => listedHosts.has(Name.endsWith('.') ? Name : `${Name}.`)),
            nameServers: hosted.DelegationSet?.NameServers ?? [],
            resources,
          }

          function recordsFrom(from: object) {
            return client.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id, ...from }), { abortSignal })
          }
        },
      )
      const { value, age, heard, why } = remembered(asking, `zone/${zone.id}`, said)
      return [zone.id, { said: value, heard, age, why }] as const
    }),
  )
  const byZone = new Map(found)
  const recorded = new Map(
    records.flatMap((record): readonly [string, string][] => {
      if (record.to.kind !== 'loadBalancer') return []
      const set = setOf(byZone.get(record.zone?.step ?? '')?.said?.records ?? [], record)
      const name = set?.AliasTarget?.DNSName
      return name === undefined ? [] : [[frontKey({ app: record.app, site: record.to.site }), name]]
    }),
  )
  return { zones: byZone, recorded }
}

const setOf = (
  records: readonly ResourceRecordSet[],
  { host, setIdentifier }: RecordIntent,
): ResourceRecordSet | undefined =>
  records.find(({ Name = '', SetIdentifier }) => Name.replace(/\.$/, '') === host && SetIdentifier === setIdentifier)

export interface NameOptions {
  /** Ask the zone's name servers themselves. */
  readonly ask?: boolean
  /** Such as `127.0.0.1:5353`; left out, those of the zone. */
  readonly nameServers?: readonly string[]
}

export async function nameStatuses(
  asking: Asking,
  { zones }: NamesSaid,
  fronts: readonly FrontStatus[],
  options: NameOptions,
): Promise<readonly NameStatus[]> {
  const { plan } = asking.ground
  const { records, checks } = nameIntents(plan)
  const { recordSets } = dnsRecords(plan)
  const ofRoute53 = records.filter(({ zone }) => zone?.servedBy === 'route53')
  const wellKnown = new Map<string, boolean | undefined>()
  const checkStatuses = await Promise.all(
    checks
      .filter(({ host }) => ofRoute53.some((record) => record.host === host))
      .map(async (check) => {
        const zone = zones.get(ofRoute53.find(({ host }) => host === check.host)?.zone?.step ?? '')
        const front = fronts.find(({ app, site }) => app === check.app && site === check.site)
        const status = await checkStatus(
          asking,
          check,
          zone?.said?.resources[checkLogicalId(`${check.host}/${check.site}`)],
          front,
          ofRoute53,
          zone?.heard === true,
        )
        wellKnown.set(`${check.host}/${check.site}`, status.healthy)
        return status
      }),
  )
  const hosts = [...new Set(ofRoute53.map(({ host }) => host))]
  return Promise.all(
    hosts.map(async (host): Promise<NameStatus> => {
      const own = ofRoute53.filter((record) => record.host === host)
      const [first] = own
      const zone = zones.get(first?.zone?.step ?? '')
      const own53 = own.map((record) => ({ record, set: setOf(zone?.said?.records ?? [], record) }))
      const missing = own53.filter(({ set }) => set === undefined)
      const changed = own53.flatMap(({ record: { setIdentifier, to }, set }) => {
        const declared = recordSets.find(({ Properties: it }) => it.Name === host && it.SetIdentifier === setIdentifier)
        const front = fronts.find((it) => to.kind === 'loadBalancer' && it.app === first?.app && it.site === to.site)
        return set === undefined || declared === undefined
          ? []
          : unlikeDeclared(declared.Properties, set, front?.state === 'notHeardOf' ? undefined : front?.name)
      })
      const answering = own53.flatMap(({ record, set }) => (set === undefined ? [] : [answeringOf(record, set)]))
      // where nothing is placed, as at a cold standby, nothing is to be healthy
      const unwell = answering.flatMap(({ site, health }) =>
        site !== undefined && health === 'unhealthy' && placedAt(first?.app, site) ? [site] : [],
      )
      const computed = zone?.said === undefined ? undefined : whoAnswers(answering)
      const ownChecks = checkStatuses.filter((check) => check.host === host)
      const heard = zone?.heard === true
      const nameServers = options.nameServers ?? zone?.said?.nameServers ?? []
      return {
        host,
        app: first?.app ?? '',
        policy: first?.policy,
        state: !heard
          ? 'notHeardOf'
          : missing.length + changed.length + unwell.length > 0 ||
              computed?.allUnhealthy === true ||
              ownChecks.some(({ state }) => state === 'behind')
            ? 'behind'
            : 'asWanted',
        ...(zone?.age ?? ageOf(undefined, asking.asked)),
        checks: ownChecks,
        nameServers,
        computed,
        asked:
          options.ask === true && first?.zone?.private !== true ? await askedOf(asking, host, nameServers) : undefined,
        why: heard ? whyOf() : zone?.why,
      }

      function whyOf(): string | undefined {
        const said = [
          ...(missing.length > 0
            ? [
                `${missing.length === 1 ? 'a record is' : `${missing.length} records are`} missing: ${missing.map(({ record }) => record.setIdentifier ?? record.host).join(', ')}`,
              ]
            : []),
          ...changed,
          ...(unwell.length > 0 && computed?.allUnhealthy !== true
            ? [`${listed([...new Set(unwell)])} ${unwell.length === 1 ? 'is' : 'are'} not well`]
            : []),
        ]
        return said.length === 0 ? undefined : said.join('; ')
      }
    }),
  )

  function placedAt(app: string | undefined, site: string): boolean {
    return plan.placement.some((row) => row.app === app && row.site === site && row.replicas > 0)
  }

  function answeringOf(record: RecordIntent, set: ResourceRecordSet): Answering {
    const site = record.to.kind === 'name' ? (record.healthCheck ?? siteBehind(record)) : record.to.site
    const front =
      set.AliasTarget === undefined
        ? undefined
        : fronts.find(({ name }) => name !== undefined && sameName(set.AliasTarget?.DNSName, name))
    const byTargets =
      set.AliasTarget?.EvaluateTargetHealth !== true || front === undefined
        ? undefined
        : front.state === 'notHeardOf'
          ? 'unknown'
          : front.healthy > 0
            ? 'healthy'
            : 'unhealthy'
    const watched = set.HealthCheckId !== undefined
    const checked = record.healthCheck === undefined ? undefined : wellKnown.get(`${record.host}/${record.healthCheck}`)
    const byCheck = !watched ? undefined : checked === undefined ? 'unknown' : checked ? 'healthy' : 'unhealthy'
    const both = [byTargets, byCheck]
    return {
      id: set.SetIdentifier ?? record.host,
      site,
      policy: record.policy,
      ...(set.Failover !== undefined && { role: set.Failover }),
      ...(set.Weight !== undefined && { weight: set.Weight }),
      health: both.includes('unhealthy')
        ? 'unhealthy'
        : both.includes('unknown')
          ? 'unknown'
          : both.includes('healthy')
            ? 'healthy'
            : undefined,
    }
  }

  /** Of a record that leads to another name of ours, where that leads alone. */
  function siteBehind({ to }: RecordIntent): string | undefined {
    const behind = to.kind === 'name' ? ofRoute53.filter(({ host }) => host === to.host) : []
    const [only] = behind
    return behind.length === 1 && only !== undefined && only.to.kind !== 'name' ? only.to.site : undefined
  }
}

const dnsCodeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
const unasked = (what: string, error: unknown): Refusal =>
  new Refusal('world', `${what} (${dnsCodeOf(error)})`, 'ask from a machine that reaches name servers')

async function askedOf(
  asking: Asking,
  host: string,
  nameServers: readonly string[],
): Promise<NameServerSaid | undefined> {
  const [nameServer] = nameServers
  if (nameServer === undefined) return undefined
  const said = await answerOf(asking, 'it was asked from here', async () => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 })
    const isAddress = /^[\d.]+(:\d+)?$|^\[/.test(nameServer)
    try {
      resolver.setServers(isAddress ? [nameServer] : await new Resolver().resolve4(nameServer))
    } catch (error) {
      throw unasked('its own address is not known here', error)
    }
    return resolver.resolve4(host).catch((error: unknown) => {
      if (['ENOTFOUND', 'ENODATA'].includes(dnsCodeOf(error))) return []
      throw unasked('it does not answer from here', error)
    })
  })
  return said.kind === 'said'
    ? { nameServer, addresses: [...said.value].sort(), why: undefined }
    : { nameServer, addresses: [], why: said.why }
}

// ---------------------------------------------------------------------------------------------- checks

async function checkStatus(
  asking: Asking,
  check: ReturnType<typeof nameIntents>['checks'][number],
  id: string | undefined,
  front: FrontStatus | undefined,
  records: readonly RecordIntent[],
  zoneHeard: boolean,
): Promise<CheckStatus> {
  const { host, site, by } = check
  const account = records.find((record) => record.host === host)?.zone?.account
  const base = { host, site, id, checkers: 0, agree: 0, port: undefined, wantedPort: check.port }
  if (id === undefined || id === '')
    return {
      ...base,
      state: zoneHeard ? 'behind' : 'notHeardOf',
      healthy: undefined,
      why: zoneHeard ? 'there is no such health check' : undefined,
      since: undefined,
      seconds: undefined,
    }
  // a check that follows an alarm has no checkers of its own: the alarm counts the healthy targets, and so do we
  if (by === 'alarm')
    return {
      ...base,
      healthy: front === undefined || front.state === 'notHeardOf' ? undefined : front.healthy > 0,
      state:
        front === undefined || front.state === 'notHeardOf' ? 'notHeardOf' : front.healthy > 0 ? 'asWanted' : 'behind',
      why: 'it follows an alarm; computed from the targets that the alarm counts',
      since: front?.since,
      seconds: front?.seconds,
    }
  const said: Said<{
    readonly port: number | undefined
    readonly checkers: number
    readonly well: number
    readonly why: string | undefined
  }> = await answerOf(asking, `the health check of ${host} at ${site} cannot be read`, async (abortSignal) => {
    const client = asking.ground.aws.route53({ account, region: route53Region })
    const [config, status] = await Promise.all([
      client.send(new GetHealthCheckCommand({ HealthCheckId: id }), { abortSignal }),
      client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }), { abortSignal }),
    ])
    const observations = status.HealthCheckObservations ?? []
    const well = observations.filter(isSuccess).length
    return {
      port: config.HealthCheck?.HealthCheckConfig?.Port,
      checkers: observations.length,
      well,
      why: observations.find((one) => !isSuccess(one))?.StatusReport?.Status,
    }
  })
  const { value, age, heard, why } = remembered(asking, `check/${host}/${site}`, said)
  const healthy = value === undefined || value.checkers === 0 ? undefined : value.well > healthyShare * value.checkers
  return {
    ...base,
    ...age,
    port: value?.port,
    healthy,
    checkers: value?.checkers ?? 0,
    agree: value === undefined ? 0 : healthy === true ? value.well : value.checkers - value.well,
    state:
      !heard || value?.checkers === 0
        ? 'notHeardOf'
        : healthy === true && value?.port === check.port
          ? 'asWanted'
          : 'behind',
    why: !heard
      ? why
      : value?.port !== undefined && value.port !== check.port
        ? `it asks port ${value.port}, and ${check.port} is declared`
        : value?.why,
  }
}

const isSuccess = ({ StatusReport }: HealthCheckObservation): boolean => /^Success/.test(StatusReport?.Status ?? '')

/** Healthy while more than 18 % of the checkers say so (Route 53 Developer Guide, how Route 53 determines whether a check is healthy). */
const healthyShare = 0.18
