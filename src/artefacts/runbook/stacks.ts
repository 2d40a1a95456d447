// Stacks: made or changed by their templates in `aws/`, asked for their outputs, and deleted again.

import type { Fleet } from '../../model/fleet.ts'
import type { PlannedStep } from '../../model/plan.ts'
import { waitsForNodes } from '../cloudformation/cluster.ts'
import { asTexts } from '../cloudformation/values.ts'
import type { Instructions } from './instructions.ts'
import { isRecord, text } from './text.ts'

/** `deploy` makes or changes the stack, and comes back when it is complete. */
export const deploy = (stack: string, region: string): string =>
  `aws cloudformation deploy --region ${region} --stack-name ${stack} --template-file aws/${stack}.template.json --capabilities CAPABILITY_NAMED_IAM`

export const outputOf = (stack: string, region: string, output: string): string =>
  `$(aws cloudformation describe-stacks --region ${region} --stack-name ${stack} --query "Stacks[0].Outputs[?OutputKey=='${output}'].OutputValue" --output text)`

export const regionOf = (fleet: Fleet, network: string | undefined): string | undefined =>
  fleet.networks.find((it) => it.name === network)?.region ??
  fleet.clusters.find((it) => it.network === network && it.region !== undefined)?.region

/** Whether anything of a cluster waits for nodes: only then there is a stack of it. */
export const hasLateAddons = (cluster: string, steps: readonly PlannedStep[]): boolean =>
  steps.some(
    ({ kind, intent, subject }) =>
      subject.cluster === cluster &&
      ((kind === 'cluster.create' &&
        asTexts(intent.addons).some((addon) => intent.kind === 'eksOutpost' || waitsForNodes(addon))) ||
        (kind === 'addon' && intent.by === 'eks')),
  )

/** Gateways that are there before us, and belong to somebody else, are parameters of the network's stack. */
export function networkCommands(intent: PlannedStep['intent'], stack: string, region: string): Instructions {
  const vias = new Set(
    (Array.isArray(intent.subnets) ? intent.subnets : []).flatMap((subnet) =>
      isRecord(subnet) && subnet.existing === undefined && Array.isArray(subnet.routes)
        ? subnet.routes.flatMap((route) => (isRecord(route) ? text(route.via) : []))
        : [],
    ),
  )
  const found = (name: string, what: string, query: string) =>
    [name, `$(aws ec2 describe-${what} --region ${region} --query '${query}' --output text)`] as const
  const vpc = text(intent.existing)
  const asked = [
    ...(intent.localGateway === true
      ? [
          found(
            'LocalGatewayRouteTableId',
            'local-gateway-route-tables',
            'LocalGatewayRouteTables[0].LocalGatewayRouteTableId',
          ),
          found('LocalGatewayId', 'local-gateways', 'LocalGateways[0].LocalGatewayId'),
        ]
      : []),
    ...(vias.has('internetGateway') && intent.existing !== undefined
      ? [
          found(
            'InternetGatewayId',
            `internet-gateways --filters Name=attachment.vpc-id,Values=${vpc}`,
            'InternetGateways[0].InternetGatewayId',
          ),
        ]
      : []),
    ...(vias.has('transitGateway')
      ? [found('TransitGatewayId', 'transit-gateways', 'TransitGateways[0].TransitGatewayId')]
      : []),
    ...(vias.has('virtualPrivateGateway')
      ? [found('VirtualPrivateGatewayId', 'vpn-gateways', 'VpnGateways[0].VpnGatewayId')]
      : []),
  ]
  const overrides = asked.map(([name]) => ` ${name}=$${name}`).join('')
  return {
    commands: [
      ...asked.map(([name, command]) => `${name}=${command}`),
      `${deploy(stack, region)}${overrides === '' ? '' : ` --parameter-overrides${overrides}`}`,
    ],
    ...(asked.length === 0 ? {} : { note: 'Where the account has several of these gateways, name the right one.' }),
  }
}

export function deletes(stack: string, region: string | undefined): readonly string[] {
  if (region === undefined || region === '') return []
  const of = `--region ${region} --stack-name ${stack}`
  return [`aws cloudformation delete-stack ${of}`, `aws cloudformation wait stack-delete-complete ${of}`]
}
