// Why nodes that are declared have not joined: six causes, each found or ruled out by what was looked at, with the command that settles it.
// No chance and no guess in it: where something could not be looked at, that is said. The causes are those that AWS names for worker nodes
// that fail to join (EKS User Guide, Troubleshoot problems with Amazon EKS clusters and nodes) and for groups that cannot launch (Auto
// Scaling User Guide, Troubleshoot issues in Amazon EC2 Auto Scaling).

import { listed } from '../../../model/words.ts'
import type { Said } from './asking.ts'

export type CauseKind = 'access' | 'route' | 'bootstrap' | 'securityGroup' | 'capacity' | 'notOffered'

export interface Cause {
  readonly kind: CauseKind
  readonly verdict: 'found' | 'ruledOut' | 'notLooked'
  readonly text: string
  /** What settles it, where it was found. */
  readonly settle: readonly string[]
  readonly source: string
}

/** What was looked at for one pool. */
export interface JoinFacts {
  readonly site: string
  readonly pool: string
  readonly cluster: string
  readonly region: string
  readonly access: Said<{
    readonly role: string
    readonly mapped: boolean
    /** `EC2_LINUX` or another, of the entry that is there. */
    readonly type: string | undefined
    readonly by: 'accessEntry' | 'aws-auth'
  }>
  readonly subnets: Said<readonly SubnetFacts[]>
  readonly bootstrap: Said<{
    /** EKS itself writes it. */
    readonly byEks: boolean
    readonly namesCluster: boolean
    readonly namesEndpoint: boolean
    readonly template: string | undefined
  }>
  readonly groups: Said<{
    readonly cluster: string
    /** Machines that do not carry the security group of the cluster, with those that they carry. */
    readonly without: readonly { readonly machine: string; readonly groups: readonly string[] }[]
    readonly admitsItself: boolean
    readonly letsOut: boolean
  }>
  readonly launches: Said<{
    readonly group: string
    readonly desired: number
    readonly wanted: number
    readonly machines: number
    /** Newest first: those that failed since the last that succeeded. */
    readonly failed: readonly string[]
    readonly suspended: readonly string[]
  }>
  readonly offered: Said<{
    readonly type: string
    /** By the fleet; none where the plan chose. */
    readonly declared: readonly string[]
    readonly missingIn: readonly string[]
    /** Undefined where EKS chooses it. */
    readonly image: { readonly id: string; readonly available: boolean } | undefined
  }>
}

export interface SubnetFacts {
  readonly id: string
  readonly zone: string
  /** A default route that is active, or the private endpoints that nodes need. */
  readonly wayOut: boolean
  readonly blackhole: boolean
  /** The way out is an internet or carrier gateway, and its machines have no address of their own there. */
  readonly withoutAddress: boolean
}

const guide = 'EKS User Guide, Troubleshoot problems with Amazon EKS clusters and nodes: nodes fail to join the cluster'
const launching = 'EC2 Auto Scaling User Guide, Troubleshoot: EC2 instance launch failures'

export const causesOf = (facts: JoinFacts): readonly Cause[] => [
  access(facts),
  route(facts),
  bootstrap(facts),
  securityGroup(facts),
  capacity(facts),
  notOffered(facts),
]

/** An update with the template that a stack has already puts nothing back. */
const byDrift =
  'skerry status --on real --drift # what somebody changed by hand, with the commands that put it back; else skerry up --on real'

type Verdict = { readonly found: string; readonly settle: readonly string[] } | { readonly ruledOut: string }

function judged<T>(kind: CauseKind, said: Said<T>, source: string, judge: (value: T) => Verdict): Cause {
  if (said.kind === 'silent') return { kind, verdict: 'notLooked', text: said.why, settle: [], source }
  const verdict = judge(said.value)
  return 'found' in verdict
    ? { kind, verdict: 'found', text: verdict.found, settle: verdict.settle, source }
    : { kind, verdict: 'ruledOut', text: verdict.ruledOut, settle: [], source }
}

const access = ({ access: said, cluster, region }: JoinFacts): Cause =>
  judged('access', said, guide, ({ role, mapped, type, by }) => {
    if (!mapped)
      return {
        found:
          by === 'aws-auth'
            ? `the role of the nodes is not in the ConfigMap aws-auth of ${cluster}`
            : `${cluster} has no access entry for the role of the nodes`,
        settle:
          by === 'aws-auth'
            ? [
                `kubectl --context ${cluster} --namespace kube-system edit configmap aws-auth # rolearn: ${role}, username: system:node:{{EC2PrivateDNSName}}, groups: system:bootstrappers, system:nodes`,
              ]
            : [
                `aws eks create-access-entry --region ${region} --cluster-name ${cluster} --principal-arn ${role} --type EC2_LINUX`,
              ],
      }
    if (type !== undefined && !/^(EC2_|HYBRID_LINUX|FARGATE_LINUX)/.test(type))
      return {
        found: `the access entry of the role is of type ${type}: a node needs EC2_LINUX, which cannot be changed on an entry`,
        settle: [
          `aws eks delete-access-entry --region ${region} --cluster-name ${cluster} --principal-arn ${role}`,
          `aws eks create-access-entry --region ${region} --cluster-name ${cluster} --principal-arn ${role} --type EC2_LINUX`,
        ],
      }
    return { ruledOut: 'the role of the nodes is mapped' }
  })

const route = ({ subnets: said, region }: JoinFacts): Cause =>
  judged('route', said, guide, (subnets) => {
    const shut = subnets.filter(({ wayOut }) => !wayOut)
    const bare = subnets.filter(({ withoutAddress }) => withoutAddress)
    if (shut.length > 0)
      return {
        found: `${listed(shut.map(({ id, blackhole }) => (blackhole ? `${id} (its route leads to a gateway that is gone)` : id)))} ${shut.length === 1 ? 'has' : 'have'} no way to the API and to the images: neither a default route nor private endpoints`,
        settle: [
          `aws ec2 describe-route-tables --region ${region} --filters Name=association.subnet-id,Values=${shut.map(({ id }) => id).join(',')}`,
          byDrift,
        ],
      }
    if (bare.length > 0)
      return {
        found: `machines in ${listed(bare.map(({ id }) => id))} have no public or carrier address, and their way out is a gateway that needs one`,
        settle: [
          `aws ec2 describe-instances --region ${region} --filters Name=subnet-id,Values=${bare.map(({ id }) => id).join(',')}`,
          'skerry up --on real',
        ],
      }
    return { ruledOut: 'its subnets have a way to the API and to the images' }
  })

const bootstrap = ({ bootstrap: said, cluster, region }: JoinFacts): Cause =>
  judged('bootstrap', said, guide, ({ byEks, namesCluster, namesEndpoint, template }) => {
    if (byEks) return { ruledOut: 'EKS itself writes how its nodes start' }
    if (namesCluster && namesEndpoint) return { ruledOut: `the user data names ${cluster} and its endpoint` }
    return {
      found: `the user data of the machines does not name ${namesCluster ? 'the endpoint of ' : ''}${cluster}: they ask somebody else, or nobody`,
      settle: [
        ...(template === undefined
          ? []
          : [
              `aws ec2 describe-launch-template-versions --region ${region} --launch-template-id ${template} --versions '$Latest' --query 'LaunchTemplateVersions[0].LaunchTemplateData.UserData' --output text | base64 --decode`,
            ]),
        byDrift,
      ],
    }
  })

const securityGroup = ({ groups: said, region }: JoinFacts): Cause =>
  judged('securityGroup', said, guide, ({ cluster, without, admitsItself, letsOut }) => {
    if (without.length > 0)
      return {
        found: `${listed(without.slice(0, 3).map(({ machine }) => machine))} ${without.length === 1 ? 'does' : 'do'} not carry the security group of the cluster (${cluster})`,
        settle: [
          // it takes the place of all that they carry
          ...without
            .slice(0, 3)
            .map(
              ({ machine, groups }) =>
                `aws ec2 modify-instance-attribute --region ${region} --instance-id ${machine} --groups ${[...groups, cluster].join(' ')}`,
            ),
          byDrift,
        ],
      }
    if (!admitsItself)
      return {
        found: `the security group of the cluster (${cluster}) does not admit what carries it: nodes and control plane do not reach each other`,
        settle: [
          `aws ec2 authorize-security-group-ingress --region ${region} --group-id ${cluster} --protocol -1 --source-group ${cluster}`,
        ],
      }
    if (!letsOut)
      return {
        found: `the security group of the cluster (${cluster}) lets nothing out: nodes do not reach the API on port 443`,
        settle: [
          `aws ec2 authorize-security-group-egress --region ${region} --group-id ${cluster} --ip-permissions 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'`,
        ],
      }
    return { ruledOut: 'nodes carry the security group of the cluster, and it admits them' }
  })

const capacity = ({ launches: said, offered, region }: JoinFacts): Cause =>
  judged('capacity', said, launching, ({ group, desired, wanted, machines, failed, suspended }) => {
    const [latest] = failed
    const isOffered =
      offered.kind === 'silent' || (offered.value.missingIn.length === 0 && offered.value.image?.available !== false)
    if (latest !== undefined && !isOffered && !/capacity/i.test(latest))
      return { ruledOut: `${group} fails to launch for what is not offered, not for capacity` }
    if (latest !== undefined)
      return {
        found: `${group} cannot launch its machines: ${latest}`,
        settle: [
          `aws autoscaling describe-scaling-activities --region ${region} --auto-scaling-group-name ${group} --max-items 5`,
          'choose another instance type of the zone in the fleet (nodePools[].instanceTypes), or ask for a reservation; then skerry up --on real',
        ],
      }
    if (suspended.includes('Launch'))
      return {
        found: `${group} launches nothing: its process Launch is suspended`,
        settle: [`aws autoscaling resume-processes --region ${region} --auto-scaling-group-name ${group}`],
      }
    if (desired < wanted)
      return {
        found: `${group} is asked for ${desired} machines, and ${wanted} are declared`,
        settle: [
          `aws autoscaling set-desired-capacity --region ${region} --auto-scaling-group-name ${group} --desired-capacity ${wanted}`,
        ],
      }
    return { ruledOut: `${group} has ${machines} of ${desired} machines` }
  })

const notOffered = ({ offered: said, region }: JoinFacts): Cause =>
  judged('notOffered', said, launching, ({ type, declared, missingIn, image }) => {
    if (missingIn.length > 0)
      return {
        found: `${type} is not offered in ${listed(missingIn)}`,
        settle: [
          ...missingIn.map(
            (zone) =>
              `aws ec2 describe-instance-type-offerings --region ${region} --location-type availability-zone --filters Name=location,Values=${zone} --query 'InstanceTypeOfferings[].InstanceType'`,
          ),
          declared.includes(type)
            ? 'name one of those in the fleet (nodePools[].instanceTypes), then skerry up --on real'
            : byDrift,
        ],
      }
    if (image !== undefined && !image.available)
      return {
        found: `the image ${image.id} is not there (any more) for this account in ${region}`,
        settle: [
          `aws ec2 describe-images --region ${region} --image-ids ${image.id}`,
          'name the image by its parameter instead of its id, then skerry up --on real',
        ],
      }
    return { ruledOut: `${type} is offered there, and its image is available` }
  })
