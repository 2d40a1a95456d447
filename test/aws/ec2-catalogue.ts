// What EC2 tells of types, images, volumes and of gateways that somebody else has made.

import type { Call, Handlers } from './cloud.ts'
import { filtered } from './ec2-filters.ts'
import { tagSet } from './ec2-views.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { record, text, texts } from './json.ts'
import { page } from './pages.ts'
import { typesIn } from './zones.ts'

/** By the size; https://docs.aws.amazon.com/ec2/latest/instancetypes/ */
const cpusOf = (type: string): number => {
  const size = type.split('.')[1] ?? ''
  const times = /^(\d+)xlarge$/.exec(size)
  return times === null ? (size === 'xlarge' ? 4 : 2) : Number(times[1]) * 4
}

const known = (call: Call): readonly string[] => [...new Set(call.cloud.zones(call).flatMap(typesIn))]

const gateways =
  (id: string, set: string, type: string, idName: string) =>
  (call: Call): Input => ({
    [set]: filtered(
      call.cloud.store
        .list(type, call)
        .map((it) => ({ [idName]: it.id, state: 'available', tagSet: tagSet(it), ...record(it.attributes.Shown) })),
      call.input[id],
    ),
  })

export const catalogueActions: Handlers = {
  DescribeInstanceTypes: (call) => {
    const wanted = texts(call.input.InstanceType)
    const all = known(call)
    for (const type of wanted)
      if (!all.includes(type))
        throw new AwsError('InvalidInstanceType', `The following supplied instance types do not exist: [${type}]`)
    const { items, next } = page(
      call.cloud,
      wanted.length === 0 ? all : wanted,
      call.input.NextToken,
      call.input.MaxResults,
    )
    const shown = items.map((instanceType) => ({
      instanceType,
      vCpuInfo: { defaultVCpus: cpusOf(instanceType) },
      processorInfo: {
        supportedArchitectures: [
          /^[a-z]+\d+g/.test(instanceType) || instanceType.startsWith('t4g') ? 'arm64' : 'x86_64',
        ],
      },
    }))
    return { instanceTypeSet: shown, ...(next !== undefined && { nextToken: next }) }
  },
  /** Any image that a parameter names is there; what is in it nobody knows. */
  DescribeImages: (call) => ({
    imagesSet: texts(call.input.ImageId).map((imageId) => {
      if (!/^ami-[0-9a-f]{8,17}$/.test(imageId))
        throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${imageId}"`)
      return {
        imageId,
        imageState: 'available',
        architecture: 'x86_64',
        name: `amazon-eks-node-al2023-x86_64-standard-1.35-v20260101`,
        imageOwnerId: '602401143452',
      }
    }),
  }),
  DescribeVolumes: (call) => {
    const all = call.cloud.store.list('AWS::EC2::Volume', call).map((it) => ({
      volumeId: it.id,
      size: it.properties.Size,
      status: it.status,
      availabilityZone: it.properties.AvailabilityZone,
      volumeType: it.properties.VolumeType,
      tagSet: tagSet(it),
    }))
    const { items, next } = page(
      call.cloud,
      filtered(all, call.input.Filter),
      call.input.NextToken,
      call.input.MaxResults,
    )
    return { volumeSet: items, ...(next !== undefined && { nextToken: next }) }
  },
  DeleteVolume: (call) => {
    const found = call.cloud.store.get('AWS::EC2::Volume', text(call.input.VolumeId), call)
    if (found === undefined)
      throw new AwsError('InvalidVolume.NotFound', `The volume '${text(call.input.VolumeId)}' does not exist.`)
    call.cloud.store.remove(found)
    return { return: true }
  },
  DescribeTransitGateways: gateways('Filter', 'transitGatewaySet', 'AWS::EC2::TransitGateway', 'transitGatewayId'),
  DescribeVpnGateways: gateways('Filter', 'vpnGatewaySet', 'AWS::EC2::VPNGateway', 'vpnGatewayId'),
}
