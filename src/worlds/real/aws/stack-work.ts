// The stacks of a plan as work, with what each needs first, and backwards.

import { hasFront } from '../../../artefacts/cloudformation/front.ts'
import { stackNames } from '../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { asList, asRecord, asText } from '../../../artefacts/cloudformation/values.ts'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import type { Consent } from '../consent.ts'
import type { Ground } from '../ground.ts'
import type { Work } from '../work.ts'
import { whereOfStack } from './fleet-accounts.ts'
import { gatewayParameters } from './gateways.ts'
import { withInputs } from './inputs.ts'
import { frontsOf, routeParameters, valuesOfFronts } from './routes.ts'
import { deleteStack } from './stack-deletion.ts'
import type { StackOrder } from './stacks.ts'
import { deployStack, protectTags } from './stacks.ts'
import { zoneGroupsOf, zoneId } from './zones.ts'

export const stackId = (name: string): string => `stack/${name}`

type StepsOfStacks = ReadonlyMap<string, readonly PlannedStep[]>

const carriedOut = new WeakMap<Plan, StepsOfStacks>()

/** Which steps of a plan a stack carries out. */
export function stepsOfStacks(plan: Plan): StepsOfStacks {
  const known = carriedOut.get(plan) ?? findStepsOfStacks(plan)
  carriedOut.set(plan, known)
  return known
}

function findStepsOfStacks(plan: Plan): StepsOfStacks {
  const named = stackNames(plan.fleet.name)
  const found = new Map<string, PlannedStep[]>()
  const put = (stack: string | undefined, step: PlannedStep): void => {
    if (stack !== undefined) found.set(stack, [...(found.get(stack) ?? []), step])
  }
  const records = dnsRecords(plan)
  const zones = new Map(records.zones.map((zone) => [zone.id, named.dns(zone.Properties.Name)]))
  const zoneOf = new Map([...records.healthChecks, ...records.recordSets].map(({ step, zone }) => [step, zone]))
  for (const step of plan.steps) {
    const { network, cluster, site, pool, federation } = step.subject
    if (step.kind === 'network' && network !== undefined)
      put(
        step.intent.part === 'endpoints'
          ? named.endpoints(network)
          : step.intent.part === undefined
            ? named.network(network)
            : undefined,
        step,
      )
    if (step.kind === 'cluster.create' && cluster !== undefined) put(named.cluster(cluster), step)
    if (step.kind === 'pool.join' && site !== undefined && pool !== undefined) put(named.nodes(site, pool), step)
    if (step.kind === 'addon' && step.intent.by === 'eks' && cluster !== undefined) put(named.addons(cluster), step)
    if (step.kind === 'federation.start' && federation !== undefined) put(named.karmada(federation), step)
    if (step.kind === 'route.point') put(zones.get(zoneOf.get(step.id) ?? step.id), step)
  }
  return found
}

/** Steps that a stack only helps to, and that fall with it: copies behind a load balancer, the way into a network. */
function helpedBy({ fleet, steps }: Plan, stack: string): readonly PlannedStep[] {
  const named = stackNames(fleet.name)
  return steps.filter((step) => {
    const { app = '', site = '', network = '' } = step.subject
    if (hasFront(step)) return named.front(app, site) === stack
    return step.kind === 'network' && step.intent.managementHost !== undefined && named.host(network) === stack
  })
}

/** `others`: the rest of the work, in which the names of load balancers come about. */
export function stackWork(
  ground: Ground,
  consent: Consent,
  stacks: readonly StackFile[],
  others: readonly Work[],
): readonly Work[] {
  const { plan, aws } = ground
  const { fleet } = plan
  const find = lookup(fleet)
  const steps = stepsOfStacks(plan)
  const routes = routeParameters(plan)
  const groups = zoneGroupsOf(plan)
  const completed = withInputs(ground, stacks)
  const outposts = [...new Set(fleet.sites.flatMap(({ place }) => place.outpostArn ?? []))]
  const nodeStacks = new Set(fleet.pools.map(({ site, name }) => stackNames(fleet.name).nodes(site, name)))
  const nodesOfSite = (site: string): readonly string[] =>
    find.poolsOf(site).map(({ name }) => stackId(stackNames(fleet.name).nodes(site, name)))

  return stacks.map((file): Work => {
    const at = whereOfStack(fleet, file)
    const own = steps.get(file.name) ?? []
    const needed = file.needs.map(stackId)
    // add-ons want nodes, not every node
    const isAddons = file.name.startsWith(`${fleet.name}-addons-`)
    const pools = isAddons ? file.needs.filter((name) => nodeStacks.has(name)).map(stackId) : []
    const fronts = frontsOf(Object.keys(file.template.Parameters ?? {}), routes)
    const network = own.find(({ kind, intent }) => kind === 'network' && intent.part === undefined)
    const zones = new Set(asList(network?.intent.subnets).map((it) => asText(asRecord(it).zone)))
    const opened = groups.filter(
      (it) => it.at.region === file.region && [...zones].some((zone) => zone.startsWith(it.group)),
    )
    const expected = longest(own)
    return {
      id: stackId(file.name),
      title: `Deploy the stack ${file.name} in ${file.region}`,
      steps: own.map(({ id }) => id),
      needs: [
        ...needed.filter((id) => !pools.includes(id)),
        ...opened.map(({ group }) => zoneId(group)),
        ...fronts.flatMap(({ app, site }) => [...nodesOfSite(site), ...workOfFront(plan, others, app, site)]),
      ],
      ...(pools.length > 0 && { needsOneOf: pools }),
      at: file.region,
      ...(expected !== undefined && { expected }),
      run: async (told) => {
        const whole = await completed(file)
        const order: StackOrder = {
          file: { ...whole, tags: { ...file.tags, ...protectTags(namedOnStack(plan, file.name)) } },
          at,
          protects: protectedWith(plan, file.name),
          parameters: async () => ({
            ...(await gatewayParameters(aws, at, file, asText(network?.intent.existing) || undefined, outposts)),
            ...(await valuesOfFronts(ground, Object.keys(file.template.Parameters ?? {}), routes, told)),
          }),
        }
        return deployStack({ ...ground, consent }, order, told)
      },
    }
  })
}

/** Whatever brings an app to a site, so that its load balancer comes about. */
const workOfFront = (plan: Plan, others: readonly Work[], app: string, site: string): readonly string[] => {
  const wanted = new Set(
    plan.steps
      .filter(
        ({ kind, subject }) =>
          (kind === 'app.place' || kind === 'verify') &&
          subject.app === app &&
          (subject.site === undefined || subject.site === site) &&
          subject.host === undefined,
      )
      .map(({ id }) => id),
  )
  return others.filter(({ steps }) => steps.some((id) => wanted.has(id))).map(({ id }) => id)
}

const longest = (steps: readonly PlannedStep[]): Work['expected'] =>
  steps.flatMap(({ expected }) => expected ?? []).sort((a, b) => b.maxSeconds - a.maxSeconds)[0]

/** Names that must be typed before the stack goes. */
export function protectedWith(plan: Plan, stack: string): readonly string[] {
  const own = new Set([...(stepsOfStacks(plan).get(stack) ?? []), ...helpedBy(plan, stack)].map(({ id }) => id))
  return [
    ...new Set(
      plan.backward
        .filter((it) => it.protected && own.has(it.undoes))
        .map(({ subject, id }) => subject.site ?? subject.cluster ?? subject.network ?? id),
    ),
  ]
}

/** Of those, the names that a person would still know when the file has lost them. */
function namedOnStack(plan: Plan, stack: string): readonly string[] {
  const { sites, clusters, networks } = plan.fleet
  const known = new Set([...sites, ...clusters, ...networks].map(({ name }) => name))
  return protectedWith(plan, stack).filter((name) => known.has(name))
}

export interface StacksBackward {
  readonly retain: readonly string[]
  /** Work that goes before any stack of nodes, clusters and networks: what controllers made goes while they still run. */
  readonly before: (file: StackFile) => readonly string[]
}

/** Of `STACK/RESOURCE`, the logical ids of one stack. */
export const retainedIn = (retain: readonly string[], stack: string): readonly string[] =>
  retain.filter((it) => it.startsWith(`${stack}/`)).map((it) => it.slice(stack.length + 1))

/** Each when all that stands on it is gone. */
export function stacksBackward(
  ground: Ground,
  consent: Consent,
  stacks: readonly StackFile[],
  { retain, before }: StacksBackward,
): readonly Work[] {
  const { fleet } = ground.plan
  return stacks.map((file): Work => {
    return {
      id: stackId(file.name),
      title: `Delete the stack ${file.name} in ${file.region}`,
      steps: [],
      needs: [
        ...stacks.filter(({ needs }) => needs.includes(file.name)).map(({ name }) => stackId(name)),
        ...before(file),
      ],
      at: file.region,
      run: (told) =>
        deleteStack(
          { ...ground, consent },
          {
            ...{ name: file.name, at: whereOfStack(fleet, file), fleet: fleet.name },
            retain: retainedIn(retain, file.name),
          },
          told,
        ),
    }
  })
}
