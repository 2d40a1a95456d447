// Load balancers, listeners, targets. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/

import type { Cloud } from '../cloud.ts'
import type { Place } from '../entities.ts'
import { AwsError } from '../errors.ts'
import { record, records, text, texts } from '../json.ts'
import type { ResourceTypes } from './resource-type.ts'
import { mustExist, partitionArn } from './resource-type.ts'

/** https://docs.aws.amazon.com/general/latest/gr/elb.html: application and network; another Region has the first that is here. */
const hostedZones: Readonly<Record<string, readonly [string, string]>> = {
  'us-east-1': ['Z35SXDOTRQ7X7K', 'Z26RNL4JYFTOTI'],
  'us-east-2': ['Z3AADJGX6KTTL2', 'ZLMOA37VPKANP'],
  'us-west-1': ['Z368ELLRRE2KJ0', 'Z24FKFUX50B4VW'],
  'us-west-2': ['Z1H1FL5HABSF5', 'Z18D5FSROUN65G'],
  'eu-west-1': ['Z32O12XQLNTSW2', 'Z2IFOLAFXWLO4F'],
  'eu-central-1': ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90'],
}

const balancer = 'AWS::ElasticLoadBalancingV2::LoadBalancer'
const targetGroup = 'AWS::ElasticLoadBalancingV2::TargetGroup'

export const balancing: ResourceTypes = {
  [balancer]: {
    make: ({ cloud, properties, nameFor, ...place }) => {
      const name = text(properties.Name) || nameFor(32)
      if (cloud.store.list(balancer, place).some((it) => it.attributes.LoadBalancerName === name))
        throw new AwsError(
          'DuplicateLoadBalancerName',
          `A load balancer with the same name '${name}' exists, but with different settings`,
        )
      const kind = text(properties.Type) || 'application'
      const subnets = texts(properties.Subnets).map((id) =>
        mustExist(cloud, 'AWS::EC2::Subnet', id, place, 'SubnetNotFound', 'subnet ID'),
      )
      const zones = subnets.map((it) => text(it.attributes.AvailabilityZone))
      if (new Set(zones).size < zones.length)
        throw new AwsError(
          'InvalidConfigurationRequest',
          'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
        )
      const atEdge =
        cloud.zones(place).some((zone) => zone.kind !== 'availability-zone' && zones.includes(zone.name)) ||
        subnets.some((it) => text(it.properties.OutpostArn) !== '')
      // one subnet will do in a Local Zone, a Wavelength Zone or on an Outpost
      if (kind === 'application' && zones.length < 2 && !atEdge)
        throw new AwsError(
          'ValidationError',
          'At least two subnets in two different Availability Zones must be specified',
        )
      if (zones.length === 0) throw new AwsError('ValidationError', 'At least one subnet must be specified')
      const id = cloud.store.unique(16)
      const full = `${kind === 'network' ? 'net' : 'app'}/${name}/${id}`
      const arn = partitionArn('elasticloadbalancing', place, `loadbalancer/${full}`)
      const [application, network] = hostedZones[place.region] ?? hostedZones['us-east-1'] ?? ['', '']
      const prefix = properties.Scheme === 'internal' ? 'internal-' : ''
      return {
        id: arn,
        arn,
        attributes: {
          LoadBalancerArn: arn,
          LoadBalancerName: name,
          LoadBalancerFullName: full,
          DNSName:
            kind === 'network'
              ? `${prefix}${name}-${id}.elb.${place.region}.amazonaws.com`
              : `${prefix}${name}-${Number.parseInt(id.slice(0, 8), 16)}.${place.region}.elb.amazonaws.com`,
          CanonicalHostedZoneID: kind === 'network' ? network : application,
          SecurityGroups: texts(properties.SecurityGroups),
          VpcId: text(subnets[0]?.properties.VpcId),
        },
        status: 'active',
      }
    },
    unmake: (entity, cloud) => {
      if (
        records(entity.properties.LoadBalancerAttributes).some(
          (it) => it.Key === 'deletion_protection.enabled' && text(it.Value) === 'true',
        )
      )
        throw new AwsError(
          'OperationNotPermitted',
          `Load balancer '${entity.id}' cannot be deleted because deletion protection is enabled`,
        )
      for (const listener of cloud.store
        .list('AWS::ElasticLoadBalancingV2::Listener', entity)
        .filter((it) => it.properties.LoadBalancerArn === entity.id))
        cloud.store.remove(listener)
    },
  },
  [targetGroup]: {
    make: ({ cloud, properties, nameFor, ...place }) => {
      const name = text(properties.Name) || nameFor(32)
      if (text(properties.VpcId) !== '')
        mustExist(cloud, 'AWS::EC2::VPC', properties.VpcId, place, 'ValidationError', 'vpc ID')
      const full = `targetgroup/${name}/${cloud.store.unique(16)}`
      const arn = partitionArn('elasticloadbalancing', place, full)
      return {
        id: arn,
        arn,
        attributes: { TargetGroupArn: arn, TargetGroupName: name, TargetGroupFullName: full, LoadBalancerArns: [] },
      }
    },
    unmake: (group, cloud) => {
      if (listenersTo(cloud, group.id, group).length > 0)
        throw new AwsError('ResourceInUse', `Target group '${group.id}' is currently in use by a listener or a rule`)
    },
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    tags: 'NoTags',
    make: ({ cloud, properties, ...place }) => {
      mustExist(cloud, balancer, properties.LoadBalancerArn, place, 'LoadBalancerNotFound', 'load balancer')
      for (const action of records(properties.DefaultActions))
        if (action.TargetGroupArn !== undefined)
          mustExist(cloud, targetGroup, action.TargetGroupArn, place, 'TargetGroupNotFound', 'target group')
      const twin = cloud.store
        .list('AWS::ElasticLoadBalancingV2::Listener', place)
        .some(
          (it) =>
            it.properties.LoadBalancerArn === properties.LoadBalancerArn &&
            text(it.properties.Port) === text(properties.Port),
        )
      if (twin)
        throw new AwsError(
          'DuplicateListener',
          `A listener already exists on this port for this load balancer '${text(properties.LoadBalancerArn)}'`,
        )
      const arn = `${text(properties.LoadBalancerArn).replace(':loadbalancer/', ':listener/')}/${cloud.store.unique(16)}`
      return { id: arn, arn, attributes: { ListenerArn: arn } }
    },
  },
}

export const listenersTo = (cloud: Cloud, group: string, place: Place) =>
  cloud.store
    .list('AWS::ElasticLoadBalancingV2::Listener', place)
    .filter((it) =>
      records(it.properties.DefaultActions).some(
        (action) =>
          action.TargetGroupArn === group ||
          records(record(action.ForwardConfig).TargetGroups).some((one) => one.TargetGroupArn === group),
      ),
    )
