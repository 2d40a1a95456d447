// The names of a fleet for Route 53: zones, then health checks (with the alarms that some of them follow), then records, the first choice
// before the one that stands in for it.

import { lookup } from '../../model/lookup.ts'
import type { Plan } from '../../model/plan.ts'
import { vpcsOf } from '../../model/zones.ts'
import { siteTraits } from '../../places/index.ts'
import { addressOf } from './address.ts'
import type { CheckIntent, RecordIntent, ZoneIntent } from './intents.ts'
import { nameIntents } from './intents.ts'
import type {
  Alarm,
  DnsRecords,
  GeoLocation,
  HealthCheck,
  HealthCheckConfig,
  HostedZone,
  RecordSet,
  Referable,
} from './route53.ts'

/** Worked out once for a plan: the runbook asks for it at each name that it points or withdraws. */
export function dnsRecords(plan: Plan): DnsRecords {
  const known = made.get(plan) ?? recordsOf(plan)
  made.set(plan, known)
  return known
}

const made = new WeakMap<Plan, DnsRecords>()

function recordsOf(plan: Plan): DnsRecords {
  const intents = nameIntents(plan)
  const records = intents.records.filter(({ zone }) => zone?.servedBy === 'route53')
  const zoneOfHost = new Map(records.map(({ host, zone }) => [host, zone?.step ?? '']))
  const checks = intents.checks.filter(({ host }) => zoneOfHost.has(host))
  return {
    zones: intents.zones.filter(({ servedBy }) => servedBy === 'route53').map((zone) => hostedZone(plan, zone)),
    alarms: checks.flatMap((check) => alarmOf(plan, check, zoneOfHost.get(check.host) ?? '')),
    healthChecks: checks.map((check) => healthCheckOf(plan, check, zoneOfHost.get(check.host) ?? '')),
    recordSets: recordSetsOf(plan, records, new Set(checks.map(checkId))),
  }
}

function hostedZone({ fleet }: Plan, zone: ZoneIntent): HostedZone {
  const seenFrom = zone.private ? vpcsOf(fleet, zone) : []
  return {
    id: zone.step,
    Type: 'AWS::Route53::HostedZone',
    step: zone.step,
    private: zone.private,
    ...(zone.account !== undefined && { account: zone.account }),
    ...(zone.existing !== undefined && { hostedZoneId: zone.existing }),
    Properties: {
      Name: zone.name,
      HostedZoneConfig: { Comment: `Names of the fleet ${fleet.name}` },
      ...(seenFrom.length > 0 && {
        VPCs: seenFrom.map(({ name, region, existing }) => ({
          VPCId: existing?.vpcId ?? ({ ref: 'vpc', network: name } as const),
          VPCRegion: region ?? '',
        })),
      }),
    },
  }
}

/** A load balancer of AWS stands before the copy: its name is known only once its controller has made it. */
const isBalanced = ({ fleet }: Plan, app: string, site: string): boolean => {
  const find = lookup(fleet)
  const at = find.site(site)
  const kind =
    find.app(app)?.expose?.loadBalancer ?? (at === undefined ? undefined : siteTraits(fleet, at).loadBalancers.value[0])
  return kind === 'alb' || kind === 'nlb'
}

const address = ({ fleet }: Plan, app: string, site: string): Referable =>
  addressOf(fleet, app, site) ?? { ref: 'address', app, site }

const checkId = ({ host, site }: Pick<CheckIntent, 'host' | 'site'>): string => `${host}/${site}`

function healthCheckOf(plan: Plan, check: CheckIntent, zone: string): HealthCheck {
  return {
    id: checkId(check),
    Type: 'AWS::Route53::HealthCheck',
    step: check.step,
    zone,
    Properties: {
      HealthCheckConfig: check.by === 'alarm' ? onAlarm(plan, check) : onEndpoint(plan, check),
      HealthCheckTags: [{ Key: 'Name', Value: `${check.host} at ${check.site}` }],
    },
  }
}

function onEndpoint(plan: Plan, { app, site, host, ...check }: CheckIntent): HealthCheckConfig {
  const { protocol, path, port, intervalSeconds, failureThreshold, contains } = check
  const kind = protocol === 'https' ? 'HTTPS' : 'HTTP'
  const balanced = isBalanced(plan, app, site)
  return {
    Type: protocol === 'tcp' ? 'TCP' : contains === undefined ? kind : `${kind}_STR_MATCH`,
    ...(balanced
      ? { FullyQualifiedDomainName: { ref: 'loadBalancer', app, site, attribute: 'DNSName' } as const }
      : // by address, with the name of the app in the Host header
        { IPAddress: address(plan, app, site), ...(protocol !== 'tcp' && { FullyQualifiedDomainName: host }) }),
    Port: port,
    ...(protocol !== 'tcp' && { ResourcePath: path }),
    ...(contains !== undefined && protocol !== 'tcp' && { SearchString: contains }),
    RequestInterval: intervalSeconds === 10 ? 10 : 30,
    FailureThreshold: failureThreshold,
    ...(protocol === 'https' && { EnableSNI: true }),
  }
}

/** Where public checkers have no way to an endpoint, the check follows what its load balancer says of its targets. */
function onAlarm(plan: Plan, check: CheckIntent): HealthCheckConfig {
  return {
    Type: 'CLOUDWATCH_METRIC',
    AlarmIdentifier: { Name: { ref: 'alarm', id: checkId(check) }, Region: alarmRegion(plan, check) },
    // no figures at all are what a site that is cut off looks like
    InsufficientDataHealthStatus: 'Unhealthy',
  }
}

const homeRegion = 'us-east-1'

const alarmRegion = ({ fleet }: Plan, { site }: CheckIntent): string => {
  const find = lookup(fleet)
  const at = find.site(site)
  return at?.place.region ?? find.cluster(at?.cluster)?.region ?? homeRegion
}

/** One datapoint a minute, as many of them as failures in a row are asked for. */
const periodSeconds = 60

function alarmOf(plan: Plan, check: CheckIntent, zone: string): readonly Alarm[] {
  if (check.by !== 'alarm') return []
  const { app, site, host } = check
  const balanced = isBalanced(plan, app, site)
  const network = lookup(plan.fleet).app(app)?.expose?.loadBalancer === 'nlb'
  const of = (attribute: 'LoadBalancerFullName' | 'TargetGroupFullName') =>
    ({ ref: 'loadBalancer', app, site, attribute }) as const
  const periods = Math.max(1, check.failureThreshold)
  return [
    {
      id: checkId(check),
      Type: 'AWS::CloudWatch::Alarm',
      step: check.step,
      zone,
      region: alarmRegion(plan, check),
      Properties: {
        AlarmDescription: `${host} has nobody to answer at ${site}`,
        ...(balanced
          ? {
              Namespace: network ? 'AWS/NetworkELB' : 'AWS/ApplicationELB',
              MetricName: 'HealthyHostCount',
              Dimensions: [
                { Name: 'LoadBalancer', Value: of('LoadBalancerFullName') },
                { Name: 'TargetGroup', Value: of('TargetGroupFullName') },
              ],
            }
          : {
              // nothing of AWS measures there: the site itself reports, and its silence counts as nobody
              Namespace: `Skerry/${plan.fleet.name}`,
              MetricName: 'ReadyReplicas',
              Dimensions: [
                { Name: 'App', Value: app },
                { Name: 'Site', Value: site },
              ],
            }),
        Statistic: 'Minimum',
        Period: periodSeconds,
        EvaluationPeriods: periods,
        DatapointsToAlarm: periods,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    },
  ]
}

const recordId = ({ host, setIdentifier }: RecordIntent): string =>
  setIdentifier === undefined ? host : `${host}/${setIdentifier}`

/** `watched`: ids of the health checks that there are. */
function recordSetsOf(
  plan: Plan,
  records: readonly RecordIntent[],
  watched: ReadonlySet<string>,
): readonly RecordSet[] {
  const before = new Map<string, string[]>()
  return records.map((record) => {
    const { host, to, role } = record
    const after = to.kind === 'name' ? before.get(to.host) : role === undefined ? undefined : before.get(host)
    const made = recordSet(plan, record, [...(after ?? [])], watched)
    before.set(host, [...(before.get(host) ?? []), made.id])
    return made
  })
}

function recordSet(
  plan: Plan,
  record: RecordIntent,
  after: readonly string[],
  watched: ReadonlySet<string>,
): RecordSet {
  const { host, zone, to, policy, app, healthCheck } = record
  const zoneRef: Referable = zone?.existing ?? { ref: 'hostedZone', zone: zone?.step ?? '' }
  const check = healthCheck === undefined ? undefined : checkId({ host, site: healthCheck })
  return {
    id: recordId(record),
    Type: 'AWS::Route53::RecordSet',
    step: record.step,
    zone: zone?.step ?? '',
    after,
    Properties: {
      HostedZoneId: zoneRef,
      Name: host,
      Type: to.kind === 'name' && !to.alias ? 'CNAME' : 'A',
      ...(record.setIdentifier !== undefined && { SetIdentifier: record.setIdentifier }),
      ...(record.role !== undefined && { Failover: record.role }),
      ...(policy === 'weighted' && { Weight: record.weight ?? 0 }),
      ...(policy === 'latency' && record.region !== undefined && { Region: record.region }),
      ...(record.location !== undefined && { GeoLocation: geoLocation(record.location) }),
      ...(policy === 'multivalue' && to.kind === 'address' && { MultiValueAnswer: true as const }),
      ...(check !== undefined && watched.has(check) && { HealthCheckId: { ref: 'healthCheck', id: check } as const }),
      ...targetOf(plan, record, app, zoneRef),
    },
  }
}

function targetOf(
  plan: Plan,
  { to, evaluateTargetHealth, ttlSeconds = 60 }: RecordIntent,
  app: string,
  zone: Referable,
) {
  switch (to.kind) {
    case 'loadBalancer': {
      const of = (attribute: 'DNSName' | 'CanonicalHostedZoneID') =>
        ({ ref: 'loadBalancer', app, site: to.site, attribute }) as const
      return {
        AliasTarget: {
          DNSName: of('DNSName'),
          // the zone of load balancers in that Region or zone, not the fleet's own
          HostedZoneId: of('CanonicalHostedZoneID'),
          EvaluateTargetHealth: evaluateTargetHealth,
        },
      }
    }
    case 'address':
      return { TTL: String(ttlSeconds), ResourceRecords: [address(plan, app, to.site)] }
    case 'name':
      return to.alias
        ? { AliasTarget: { DNSName: to.host, HostedZoneId: zone, EvaluateTargetHealth: evaluateTargetHealth } }
        : { TTL: String(ttlSeconds), ResourceRecords: [to.host] }
  }
}

/** Seven codes are continents; of the five of them that are countries too, the continent is meant. */
const continents: ReadonlySet<string> = new Set(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'])

export const isContinent = (code: string): boolean => continents.has(code)

const geoLocation = (code: string): GeoLocation => (isContinent(code) ? { ContinentCode: code } : { CountryCode: code })
