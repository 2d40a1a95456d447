// Which stacks a plan comes down to: one for each network, control plane and node pool, so that a site that cannot be made stops no other;
// and of alike pools one template, with what differs as parameters.

import type { Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Plan, Step } from '../../model/plan.ts'
import { balancersIn, dnsRecords } from '../dns/index.ts'
import { inPartition } from '../partition.ts'
import { addons } from './addons.ts'
import { cluster, waitsForNodes } from './cluster.ts'
import { alarms, zoneRecords } from './dns.ts'
import { endpoints } from './endpoints.ts'
import { fargateProfile } from './fargate.ts'
import { front, hasFront } from './front.ts'
import { host } from './host.ts'
import { hybridNodes } from './hybrid.ts'
import { karmada } from './karmada.ts'
import { outputs, stackNames, targetGroupName } from './names.ts'
import { network } from './network.ts'
import type { PoolValues } from './nodes.ts'
import { hasPoolStack, nodes } from './nodes.ts'
import { withRolesOf } from './roles.ts'
import type { Cdk, Synthesis, Template } from './synthesis.ts'
import { cdk, synthesised } from './synthesis.ts'
import { asList, asRecord, asText, asTexts } from './values.ts'

export interface StackFile {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly template: Template
  readonly needs: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

/** `synthesis`: what makes a template; a test gives one that also judges the constructs. */
export function stacksOf(plan: Plan, synthesis: Synthesis = synthesised): readonly StackFile[] {
  const { fleet, steps } = plan
  const wanted = steps.filter((step) => !step.existing && step.change !== 'remove')
  const named = stackNames(fleet.name)
  const find = lookup(fleet)
  const accountId = (name: string | undefined): string => fleet.accounts.find((it) => it.name === name)?.id ?? ''
  const networkSteps = new Map(
    steps
      .filter((it) => it.kind === 'network' && it.intent.part === undefined)
      .map((it) => [it.subject.network ?? '', it]),
  )
  const clusterSteps = new Map(
    wanted
      .filter((it) => it.kind === 'cluster.create' && (it.intent.kind === 'eks' || it.intent.kind === 'eksOutpost'))
      .map((it) => [it.subject.cluster ?? '', it]),
  )
  const hasStack = (name: string): boolean =>
    networkSteps.get(name)?.existing === false && asText(networkSteps.get(name)?.intent.region) !== ''
  const core = (): Cdk['core'] => cdk().core
  const subnetOf = (networkName: string) => (subnet: string) =>
    hasStack(networkName)
      ? core().Fn.getStackOutput(named.network(networkName), outputs.subnetId(subnet))
      : existingSubnet(networkSteps.get(networkName), subnet)
  const vpcOf = (networkName: string): string =>
    hasStack(networkName)
      ? core().Fn.getStackOutput(named.network(networkName), outputs.vpcId)
      : asText(networkSteps.get(networkName)?.intent.existing)
  const place = (networkName: string, account?: string) => {
    const intent = networkSteps.get(networkName)?.intent
    return { account: accountId(account ?? (asText(intent?.account) || undefined)), region: asText(intent?.region) }
  }
  const tags = (more: Readonly<Record<string, string>> = {}) => ({ 'skerry.dev/fleet': fleet.name, ...more })
  const stacks: StackFile[] = []

  const clusterZones = new Set(
    [...clusterSteps.values()].flatMap(({ intent }) => asList(intent.subnets).map((it) => asText(asRecord(it).zone))),
  )
  const endpointSteps = wanted.filter((it) => it.kind === 'network' && it.intent.part === 'endpoints')
  for (const [name, step] of networkSteps) {
    if (!hasStack(name)) continue
    const hasGatewayEndpoints = endpointSteps.some(
      (it) =>
        it.subject.network === name && asList(it.intent.endpoints).some((one) => asRecord(one).type === 'gateway'),
    )
    const context = {
      clusterZones,
      outpostArn: (site: string) => find.site(site)?.place.outpostArn,
      hasGatewayEndpoints,
    }
    stacks.push({
      name: named.network(name),
      ...place(name),
      template: synthesis(`The network ${name} of the fleet ${fleet.name}`, (stack, it) =>
        network(stack, it, step, context),
      ),
      needs: [],
      tags: tags(),
    })
  }

  for (const [name, step] of clusterSteps) {
    const of = find.cluster(name)
    const networkName = asText(step.intent.network)
    const outpost = find.sitesOf(name).find((site: Site) => site.place.outpostArn !== undefined)
    const context = {
      subnetId: subnetOf(networkName),
      networkCidr: asText(networkSteps.get(networkName)?.intent.cidr) || undefined,
      outpostArn: step.intent.kind === 'eksOutpost' ? outpost?.place.outpostArn : undefined,
      hasOidcProvider: wanted.some(
        (it) => it.kind === 'addon' && it.subject.cluster === name && it.intent.audience !== undefined,
      ),
      controller: wanted.find(
        (it) => it.kind === 'addon' && it.subject.cluster === name && it.intent.chart !== undefined,
      ),
      autoscales: wanted.some(
        (it) => it.kind === 'pool.join' && it.subject.cluster === name && it.intent.autoscaling !== undefined,
      ),
    }
    stacks.push({
      name: named.cluster(name),
      ...place(networkName, of?.account),
      template: synthesis(`The control plane ${name} of the fleet ${fleet.name}`, (stack, it) =>
        cluster(stack, it, step, context),
      ),
      needs: hasStack(networkName) ? [named.network(networkName)] : [],
      tags: tags(),
    })
  }

  const shapes = new Map<string, Template>()
  const poolStacks = new Map<string, string[]>()
  const byConfigMap = new Set<string>()
  for (const step of wanted) {
    if (step.kind !== 'pool.join' || !hasPoolStack(step)) continue
    const clusterName = step.subject.cluster ?? ''
    const made = clusterSteps.get(clusterName)
    if (made === undefined) continue
    const networkName = asText(made.intent.network)
    const { site = '', pool = '' } = step.subject
    const subnets = asTexts(step.intent.subnets)
    if (step.intent.kind === 'hybrid' || step.intent.kind === 'fargate') {
      const ofHosts = step.intent.kind === 'hybrid'
      stacks.push({
        name: named.nodes(site, pool),
        ...place(networkName, find.cluster(clusterName)?.account),
        template: synthesis(
          ofHosts
            ? `Hosts of the customer at ${site}, in the fleet ${fleet.name}`
            : `Pods on Fargate at ${site}, in the fleet ${fleet.name}`,
          (stack, it) => {
            const name = it.core.Fn.getStackOutput(named.cluster(clusterName), outputs.clusterName)
            if (ofHosts) hybridNodes(stack, it, step, name)
            else
              fargateProfile(stack, it, step, {
                clusterName: name,
                profile: `${site}-${pool}`,
                subnetId: subnetOf(networkName),
              })
          },
        ),
        needs: [named.cluster(clusterName), ...(!ofHosts && hasStack(networkName) ? [named.network(networkName)] : [])],
        tags: tags({ 'skerry.dev/site': site }),
      })
      if (!ofHosts) poolStacks.set(clusterName, [...(poolStacks.get(clusterName) ?? []), named.nodes(site, pool)])
      continue
    }
    const shape = {
      subnets: subnets.length,
      ownNetwork: hasStack(networkName),
      localCluster: made.intent.kind === 'eksOutpost',
    }
    const { site: _, subnets: __, cluster: ___, zone: ____, bootstrap: _____, roleMapping, ...alike } = step.intent
    const { role, ...mapping } = asRecord(roleMapping)
    const key = JSON.stringify([shape, alike, mapping, role === undefined])
    const template =
      shapes.get(key) ??
      synthesis(
        `Nodes of the fleet ${fleet.name}: ${asText(step.intent.replicas)} of ${asTexts(step.intent.instanceTypes).join(', ')}`,
        (stack, it) => nodes(stack, it, step, shape),
      )
    shapes.set(key, template)
    const values: PoolValues = {
      Site: site,
      Pool: pool,
      RoleName: asText(role),
      ClusterStack: named.cluster(clusterName),
      NetworkStack: named.network(networkName),
      ...Object.fromEntries(
        subnets.map((subnet, index) => [
          `Subnet${index + 1}`,
          shape.ownNetwork ? outputs.subnetId(subnet) : existingSubnet(networkSteps.get(networkName), subnet),
        ]),
      ),
    }
    const name = named.nodes(site, pool)
    if (mapping.by === 'aws-auth') byConfigMap.add(name)
    poolStacks.set(clusterName, [...(poolStacks.get(clusterName) ?? []), name])
    stacks.push({
      name,
      ...place(networkName, find.cluster(clusterName)?.account),
      template: withDefaults(template, values),
      needs: [
        named.cluster(clusterName),
        ...(shape.ownNetwork ? [named.network(networkName)] : []),
        // nodes without a way out find their images through them
        ...(endpointSteps.some((it) => it.subject.network === networkName) ? [named.endpoints(networkName)] : []),
      ],
      tags: tags({ 'skerry.dev/site': site }),
    })
  }

  for (const [name, step] of clusterSteps) {
    const late =
      step.intent.kind === 'eksOutpost'
        ? asTexts(step.intent.addons)
        : asTexts(step.intent.addons).filter(waitsForNodes)
    const extra = wanted.flatMap((it) =>
      it.kind === 'addon' && it.subject.cluster === name && it.intent.by === 'eks' ? [asText(it.intent.addon)] : [],
    )
    const all = [...new Set([...late, ...extra])]
    if (all.length === 0) continue
    const dns = wanted.find(
      (it) => it.kind === 'addon' && it.subject.cluster === name && it.intent.deployment === 'coredns',
    )
    stacks.push({
      name: named.addons(name),
      ...place(asText(step.intent.network), find.cluster(name)?.account),
      template: synthesis(`The add-ons of ${name} that run on its nodes`, (stack, it) =>
        addons(stack, it, it.core.Fn.getStackOutput(named.cluster(name), outputs.clusterName), all, dns),
      ),
      needs: [named.cluster(name), ...(poolStacks.get(name) ?? [])],
      tags: tags(),
    })
  }

  for (const step of wanted) {
    const networkName = step.subject.network ?? ''
    if (step.kind === 'network' && step.intent.part === 'endpoints') {
      const clusters = asTexts(step.intent.securityGroupsOf).filter((it) => clusterSteps.has(it))
      stacks.push({
        name: named.endpoints(networkName),
        ...place(networkName),
        template: synthesis(`Private endpoints in the network ${networkName}`, (stack, it) =>
          endpoints(stack, it, step, {
            vpcId: vpcOf(networkName),
            subnetId: subnetOf(networkName),
            routeTableIds: hasStack(networkName)
              ? asList(networkSteps.get(networkName)?.intent.subnets)
                  .map(asRecord)
                  .filter((subnet) => subnet.existing === undefined)
                  .map((subnet) =>
                    it.core.Fn.getStackOutput(named.network(networkName), outputs.routeTableId(asText(subnet.name))),
                  )
              : [],
            securityGroupOf: (owner) => it.core.Fn.getStackOutput(named.cluster(owner), outputs.clusterSecurityGroup),
          }),
        ),
        needs: [...(hasStack(networkName) ? [named.network(networkName)] : []), ...clusters.map(named.cluster)],
        tags: tags(),
      })
    }
    if (step.kind === 'federation.start' && asRecord(step.intent.endpoint).kind === 'networkLoadBalancer')
      stacks.push(...karmadaStack(step))
  }
  for (const [name, step] of networkSteps) {
    const inside = asList(step.intent.subnets).map(asRecord)
    // where the clusters stand: a private subnet of the Region, else a public one
    const near = inside.filter((it) => it.outpost === undefined && clusterZones.has(asText(it.zone)))
    const subnet = near.find((it) => it.public !== true) ?? near[0]
    if (step.intent.managementHost === undefined || step.change === 'remove' || subnet === undefined) continue
    const clusters = [...clusterSteps.values()].filter(
      ({ intent }) => intent.network === name && intent.kind === 'eks' && intent.authentication !== 'configMap',
    )
    const clusterNames = clusters.map(({ subject }) => subject.cluster ?? '')
    stacks.push({
      name: named.host(name),
      ...place(name),
      template: synthesis(`The management host of the network ${name} of the fleet ${fleet.name}`, (stack, it) =>
        host(stack, it, step, {
          vpcId: vpcOf(name),
          subnetId: subnetOf(name)(asText(subnet.name)),
          clusters: clusterNames.map((cluster) => ({
            name: cluster,
            clusterName: it.core.Fn.getStackOutput(named.cluster(cluster), outputs.clusterName),
            securityGroup: it.core.Fn.getStackOutput(named.cluster(cluster), outputs.clusterSecurityGroup),
          })),
        }),
      ),
      needs: [...(hasStack(name) ? [named.network(name)] : []), ...clusterNames.map(named.cluster)],
      tags: tags(),
    })
  }

  const fronts = new Map<string, StackFile>()
  for (const step of wanted.filter(hasFront)) {
    const { app = '', site = '', cluster = '' } = step.subject
    const made = clusterSteps.get(cluster)
    const expose = find.app(app)?.expose
    if (made === undefined || expose === undefined || fronts.has(`${app}/${site}`)) continue
    const networkName = asText(made.intent.network)
    fronts.set(`${app}/${site}`, {
      name: named.front(app, site),
      ...place(networkName, find.cluster(cluster)?.account),
      template: synthesis(`The load balancer of ${app} at ${site}`, (stack, it) =>
        front(stack, it, step, {
          vpcId: vpcOf(networkName),
          networkCidr: asText(networkSteps.get(networkName)?.intent.cidr),
          subnetId: subnetOf(networkName),
          nodeSecurityGroup: it.core.Fn.getStackOutput(named.cluster(cluster), outputs.clusterSecurityGroup),
          targetGroup: targetGroupName(fleet.name, app, site),
          expose,
        }),
      ),
      needs: [named.cluster(cluster), ...(hasStack(networkName) ? [named.network(networkName)] : [])],
      tags: tags({ 'skerry.dev/site': site }),
    })
  }
  stacks.push(...fronts.values())
  const accounts = new Map(fleet.accounts.map((it) => [it.id, it]))
  return inOrder([...stacks, ...dnsStacks()]).map((file) => ({
    ...file,
    template: inPartition(
      withRolesOf(accounts.get(file.account), file.template, byConfigMap.has(file.name)),
      file.region,
    ),
  }))

  /** Route 53 is the same everywhere; its stacks stand in one Region, where health checks also look for their alarms. */
  function dnsStacks(): readonly StackFile[] {
    const records = dnsRecords(plan)
    const regions = [...new Set(records.alarms.map(({ region }) => region))].sort()
    const owner = (zone: string) => accountId(records.zones.find((it) => it.id === zone)?.account)
    // one of another account is told by a parameter, as the controller's are: nobody said which role may look there
    const frontFor = (account: string) => (app: string, site: string) => {
      const found = fronts.get(`${app}/${site}`)
      return found?.account === account ? found : undefined
    }
    const needed = (account: string, all: readonly { readonly Properties: unknown }[]): readonly string[] =>
      balancersIn(all).flatMap(({ app, site }) => frontFor(account)(app, site)?.name ?? [])
    return [
      ...regions.map((region) => ({
        name: named.alarms(region),
        account: owner(records.alarms.find((it) => it.region === region)?.zone ?? ''),
        region,
        template: synthesis(`Alarms that health checks of the fleet ${fleet.name} follow`, (stack, it) =>
          alarms(
            stack,
            it,
            records.alarms.filter((alarm) => alarm.region === region),
            frontFor(owner(records.alarms.find((it) => it.region === region)?.zone ?? '')),
          ),
        ),
        needs: needed(
          owner(records.alarms.find((it) => it.region === region)?.zone ?? ''),
          records.alarms.filter((alarm) => alarm.region === region),
        ),
        tags: tags(),
      })),
      ...records.zones.flatMap((zone) => {
        const isEmpty = zone.hostedZoneId !== undefined && !records.recordSets.some((it) => it.zone === zone.id)
        if (isEmpty) return []
        const followed = records.alarms.filter((it) => it.zone === zone.id).map(({ region }) => named.alarms(region))
        return {
          name: named.dns(zone.Properties.Name),
          account: owner(zone.id),
          region: 'us-east-1',
          template: synthesis(`The zone ${zone.Properties.Name} of the fleet ${fleet.name}`, (stack, it) =>
            zoneRecords(stack, it, records, zone, { vpcId: vpcOf, frontOf: frontFor(owner(zone.id)) }),
          ),
          needs: [
            ...new Set([
              ...followed,
              ...needed(
                owner(zone.id),
                [...records.recordSets, ...records.healthChecks].filter((it) => it.zone === zone.id),
              ),
            ]),
          ],
          tags: tags(),
        }
      }),
    ]
  }

  function karmadaStack(step: Step): readonly StackFile[] {
    const host = clusterSteps.get(step.subject.cluster ?? '')
    if (host === undefined) return []
    const networkName = asText(host.intent.network)
    const planned = asList(networkSteps.get(networkName)?.intent.subnets).map(asRecord)
    const zones = new Set(asTexts(asRecord(step.intent.endpoint).zones))
    const fronts = onePerZone(planned.filter((it) => it.public === true && zones.has(asText(it.zone))))
    const subnetIds = (fronts.length > 0 ? fronts : onePerZone(planned.filter((it) => zones.has(asText(it.zone))))).map(
      (it) => subnetOf(networkName)(asText(it.name)),
    )
    const name = named.karmada(step.subject.federation ?? '')
    return [
      {
        name,
        ...place(networkName, find.cluster(step.subject.cluster)?.account),
        template: synthesis(`The way to the API of Karmada of ${step.subject.federation}`, (stack, it) =>
          karmada(stack, it, step, {
            vpcId: vpcOf(networkName),
            networkCidr: asText(networkSteps.get(networkName)?.intent.cidr),
            subnetIds,
            nodeSecurityGroup: it.core.Fn.getStackOutput(
              named.cluster(step.subject.cluster ?? ''),
              outputs.clusterSecurityGroup,
            ),
            internal: fronts.length === 0,
          }),
        ),
        needs: [
          named.cluster(step.subject.cluster ?? ''),
          ...(hasStack(networkName) ? [named.network(networkName)] : []),
        ],
        tags: tags(),
      },
    ]
  }
}

/** Each after what it needs, else as it was found: whoever reads the assembly from the top may deploy it so. */
function inOrder(stacks: readonly StackFile[]): readonly StackFile[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]))
  const done = new Set<StackFile>()
  const add = (stack: StackFile): void => {
    if (done.has(stack)) return
    for (const need of stack.needs) {
      const before = byName.get(need)
      if (before !== undefined) add(before)
    }
    done.add(stack)
  }
  for (const stack of stacks) add(stack)
  return [...done]
}

type Subnet = ReturnType<typeof asRecord>

const onePerZone = (subnets: readonly Subnet[]): readonly Subnet[] =>
  [...new Map([...subnets].reverse().map((subnet) => [asText(subnet.zone), subnet])).values()].reverse()

const existingSubnet = (step: Step | undefined, subnet: string): string =>
  asText(
    asList(step?.intent.subnets)
      .map(asRecord)
      .find((it) => it.name === subnet)?.existing,
  )

/** The same template with values of its own: what a stack of the shape is called with. */
function withDefaults(template: Template, values: Readonly<Record<string, string>>): Template {
  const parameters = Object.entries(template.Parameters ?? {}).map(([name, parameter]) => [
    name,
    values[name] === undefined ? parameter : { ...parameter, Default: values[name] },
  ])
  return { ...template, Parameters: Object.fromEntries(parameters) }
}
