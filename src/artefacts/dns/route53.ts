// Records, health checks and zones in the words of CloudFormation, as data: a template takes the properties as they are, and puts what
// only a deployment knows (ids, names of load balancers) where a reference stands.

/** A value that does not exist before something is made. */
export type Reference =
  | { readonly ref: 'hostedZone'; readonly zone: string }
  | { readonly ref: 'vpc'; readonly network: string }
  | { readonly ref: 'healthCheck'; readonly id: string }
  | { readonly ref: 'alarm'; readonly id: string }
  | {
      readonly ref: 'loadBalancer'
      readonly app: string
      readonly site: string
      readonly attribute: 'DNSName' | 'CanonicalHostedZoneID' | 'LoadBalancerFullName' | 'TargetGroupFullName'
    }
  /** Where users reach a copy that no load balancer of AWS is in front of. */
  | { readonly ref: 'address'; readonly app: string; readonly site: string }

export type Referable = string | Reference

interface Resource<Type extends string, Properties> {
  /** Stable and readable, such as `game.example.com/los-angeles`. */
  readonly id: string
  readonly Type: Type
  readonly Properties: Properties
  /** The step that carries it out. */
  readonly step: string
}

export interface HostedZoneProperties {
  readonly Name: string
  readonly HostedZoneConfig?: { readonly Comment: string }
  /** Of a private zone. */
  readonly VPCs?: readonly { readonly VPCId: Referable; readonly VPCRegion: string }[]
}

/** A zone; with an id it exists, and only its records are made. */
export interface HostedZone extends Resource<'AWS::Route53::HostedZone', HostedZoneProperties> {
  readonly private: boolean
  readonly account?: string
  readonly hostedZoneId?: string
}

export interface HealthCheckConfig {
  readonly Type: 'HTTP' | 'HTTPS' | 'HTTP_STR_MATCH' | 'HTTPS_STR_MATCH' | 'TCP' | 'CLOUDWATCH_METRIC'
  readonly FullyQualifiedDomainName?: Referable
  readonly IPAddress?: Referable
  readonly Port?: number
  readonly ResourcePath?: string
  readonly SearchString?: string
  readonly RequestInterval?: 10 | 30
  readonly FailureThreshold?: number
  readonly EnableSNI?: boolean
  readonly AlarmIdentifier?: { readonly Name: Referable; readonly Region: string }
  readonly InsufficientDataHealthStatus?: 'Healthy' | 'Unhealthy' | 'LastKnownStatus'
}

export interface HealthCheck
  extends Resource<
    'AWS::Route53::HealthCheck',
    {
      readonly HealthCheckConfig: HealthCheckConfig
      readonly HealthCheckTags: readonly { readonly Key: string; readonly Value: string }[]
    }
  > {
  readonly zone: string
}

export interface Alarm
  extends Resource<
    'AWS::CloudWatch::Alarm',
    {
      readonly AlarmDescription: string
      readonly Namespace: string
      readonly MetricName: string
      readonly Dimensions: readonly { readonly Name: string; readonly Value: Referable }[]
      readonly Statistic: 'Minimum'
      readonly Period: number
      readonly EvaluationPeriods: number
      readonly DatapointsToAlarm: number
      readonly Threshold: number
      readonly ComparisonOperator: 'LessThanThreshold'
      readonly TreatMissingData: 'breaching'
    }
  > {
  /** An alarm stands where its metric is, which may be another Region than that of the zone's stack. */
  readonly region: string
  readonly zone: string
}

export type GeoLocation = { readonly CountryCode: string } | { readonly ContinentCode: string }

export interface RecordSetProperties {
  readonly HostedZoneId: Referable
  readonly Name: string
  readonly Type: 'A' | 'CNAME'
  readonly SetIdentifier?: string
  readonly Failover?: 'PRIMARY' | 'SECONDARY'
  readonly Weight?: number
  readonly Region?: string
  readonly GeoLocation?: GeoLocation
  readonly MultiValueAnswer?: true
  readonly HealthCheckId?: Referable
  readonly AliasTarget?: {
    readonly DNSName: Referable
    readonly HostedZoneId: Referable
    readonly EvaluateTargetHealth: boolean
  }
  /** In seconds; CloudFormation takes it as text. */
  readonly TTL?: string
  readonly ResourceRecords?: readonly Referable[]
}

export interface RecordSet extends Resource<'AWS::Route53::RecordSet', RecordSetProperties> {
  readonly zone: string
  /** Ids of record sets that are made before it: the first choice before the one that stands in for it. */
  readonly after: readonly string[]
}

export interface DnsRecords {
  readonly zones: readonly HostedZone[]
  readonly alarms: readonly Alarm[]
  readonly healthChecks: readonly HealthCheck[]
  /** In the order in which they are made. */
  readonly recordSets: readonly RecordSet[]
}
