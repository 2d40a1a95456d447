// Names: a zone, its health checks and its records are one stack, alarms another; both are told the names of load balancers.

import type { Plan, PlannedStep } from '../../model/plan.ts'
import { hasFront } from '../cloudformation/front.ts'
import { logical, stackNames } from '../cloudformation/names.ts'
import type { Balancer } from '../dns/index.ts'
import { balancersIn, dnsRecords } from '../dns/index.ts'
import type { Instructions } from './instructions.ts'
import { deploy } from './stacks.ts'

/** Zone, health checks and records are one stack: it is deployed with its last record, when the load balancers have their names. */
export function routeCommands(step: PlannedStep, plan: Plan): Instructions {
  const { fleet } = plan
  const records = dnsRecords(plan)
  const all = [...records.zones, ...records.healthChecks, ...records.recordSets]
  const zoneId = all.flatMap((it) => (it.step === step.id ? ('zone' in it ? it.zone : it.id) : []))[0]
  const zone = records.zones.find(({ id }) => id === zoneId)
  if (zone === undefined)
    return { commands: [], note: 'Served by name servers of your own: the zone and its records are in `dns/`.' }
  const stack = stackNames(fleet.name).dns(zone.Properties.Name)
  const last = records.recordSets.filter((it) => it.zone === zone.id).at(-1)
  if (last === undefined ? zone.step !== step.id : last.step !== step.id)
    return { commands: [], note: `Comes with the stack ${stack}, when the last of its names is pointed.` }
  const asked = new Map<string, readonly string[]>()
  for (const { app, site } of balancersOf(plan, zone.id)) {
    const placement = fleet.apps
      .find(({ name }) => name === app)
      ?.placement.find((it) => it.site === site || it.federation !== undefined)
    const ingress = placement?.manifests.find(({ kind }) => kind === 'Ingress')?.name ?? app
    const cluster = fleet.sites.find(({ name }) => name === site)?.cluster
    const region = fleet.clusters.find(({ name }) => name === cluster)?.region
    const name = logical(app, site)
    asked.set(name, [
      `${name}DNSName=$(kubectl --context ${cluster} --namespace ${placement?.namespace ?? app} get ingress ${ingress} --output jsonpath='{.status.loadBalancer.ingress[0].hostname}')`,
      `${name}ZoneID=$(aws elbv2 describe-load-balancers --region ${region} --query "LoadBalancers[?DNSName=='$${name}DNSName'].CanonicalHostedZoneId" --output text)`,
    ])
  }
  const overrides = [...asked.keys()].map(
    (name) => `${name}DNSName=$${name}DNSName ${name}CanonicalHostedZoneID=$${name}ZoneID`,
  )
  const alarmed = [...new Set(records.alarms.filter((it) => it.zone === zone.id).map(({ region }) => region))]
  return {
    commands: [
      ...[...asked.values()].flat(),
      ...alarmed.flatMap((region) => alarmCommands(plan, region)),
      `${deploy(stack, 'us-east-1')}${overrides.length === 0 ? '' : ` --parameter-overrides ${overrides.join(' ')}`}`,
    ],
  }
}

/** Alarms are there before the health checks that follow them: by the full names of balancers and of their target groups. */
function alarmCommands(plan: Plan, region: string): readonly string[] {
  const all = named(
    plan,
    dnsRecords(plan).alarms.filter((it) => it.region === region),
  )
  const stack = stackNames(plan.fleet.name).alarms(region)
  const names = all.map(({ app, site }) => logical(app, site))
  return [
    ...names.flatMap((name) => [
      `${name}Balancer=$(aws elbv2 describe-load-balancers --region ${region} --query "LoadBalancers[?DNSName=='$${name}DNSName'].LoadBalancerArn" --output text)`,
      `${name}TargetGroup=$(aws elbv2 describe-target-groups --region ${region} --load-balancer-arn $${name}Balancer --query 'TargetGroups[0].TargetGroupArn' --output text)`,
    ]),
    `${deploy(stack, region)}${names.length === 0 ? '' : ' --parameter-overrides '}${names.map((name) => `${name}LoadBalancerFullName=\${${name}Balancer#*:loadbalancer/} ${name}TargetGroupFullName=\${${name}TargetGroup##*:}`).join(' ')}`,
  ]
}

/** The load balancers whose names the records of a zone hold. */
function balancersOf(plan: Plan, zone: string): readonly Balancer[] {
  const records = dnsRecords(plan)
  return named(
    plan,
    [...records.recordSets, ...records.healthChecks].filter((it) => it.zone === zone),
  )
}

/** Those whose names nobody knows but their controller: a stack's own are outputs. */
const named = (plan: Plan, all: Parameters<typeof balancersIn>[0]): readonly Balancer[] =>
  balancersIn(all).filter(
    ({ app, site }) => !plan.steps.some((it) => it.subject.app === app && it.subject.site === site && hasFront(it)),
  )
