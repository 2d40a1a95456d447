// A drill by hand: for each fault the command that brings it about and the one that ends it. Where nothing but a hand on a plug does it,
// that is said.

import type { App, Drill, Fault, Fleet } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import { logical, stackNames } from '../cloudformation/names.ts'
import { dnsRecords } from '../dns/index.ts'

export interface ByHand {
  readonly atSeconds: number
  readonly what: string
  readonly begin: readonly string[]
  readonly end: readonly string[]
}

export function byHand(plan: Plan, drill: Drill): readonly ByHand[] {
  return drill.faults.map((fault) => ({ atSeconds: fault.at, what: whatOf(fault), ...commandsOf(plan, fault) }))
}

function whatOf(fault: Fault): string {
  const where = fault.site ?? fault.cluster ?? fault.zone ?? fault.region ?? 'the fleet'
  if (fault.scaleTo !== undefined) return `${fault.app} at ${where} is scaled to ${fault.scaleTo}`
  if (fault.checkPort !== undefined) return `the health check of ${fault.app} at ${where} asks port ${fault.checkPort}`
  if (fault.delete !== undefined) return `the ${fault.delete} of ${fault.app} at ${where} is deleted by hand`
  if (fault.release !== undefined) return `a version of ${fault.app} that is ${fault.release} is released`
  if (fault.slow !== undefined) return `${where} answers ${fault.slow} s later`
  return `${where} loses ${fault.lose ?? 'what the drill says'}`
}

function commandsOf(plan: Plan, fault: Fault): Pick<ByHand, 'begin' | 'end'> {
  const { fleet } = plan
  const app = fleet.apps.find(({ name }) => name === fault.app)
  const placement = app?.placement.find(({ site }) => site === fault.site)
  const cluster = fleet.sites.find(({ name }) => name === fault.site)?.cluster ?? fault.cluster
  const at = `kubectl --context ${cluster} --namespace ${placement?.namespace ?? ''}`
  const deployment = placement?.manifests.find(({ kind }) => kind === 'Deployment')?.name ?? fault.app
  if (fault.scaleTo !== undefined)
    return {
      begin: [
        ...suspended(fleet, cluster, fault.app),
        `${at} scale deployment/${deployment} --replicas ${fault.scaleTo}`,
      ],
      end: [
        `${at} scale deployment/${deployment} --replicas ${placement?.replicas ?? 1}`,
        ...resumed(fleet, cluster, fault.app),
      ],
    }
  if (fault.checkPort !== undefined && app?.expose?.healthCheck !== undefined)
    return {
      begin: [
        healthCheckId(plan, app.expose.host, fault.site ?? ''),
        `aws route53 update-health-check --health-check-id $HEALTH_CHECK_ID --port ${fault.checkPort}`,
      ],
      end: [`aws route53 update-health-check --health-check-id $HEALTH_CHECK_ID --port ${app.expose.healthCheck.port}`],
    }
  if (fault.release !== undefined)
    return {
      begin: ['# commit an image that does not become ready to the source of the app, as any release is made'],
      end: ['# revert the commit'],
    }
  if (fault.delete !== undefined) {
    const object = nameOf(app, fault)
    return {
      begin: [
        fault.delete === 'namespace'
          ? `kubectl --context ${cluster} delete namespace ${placement?.namespace ?? ''}`
          : `${at} delete ${fault.delete} ${object}`,
      ],
      end: [],
    }
  }
  if (fault.lose === 'nodes')
    return {
      begin: [
        `kubectl --context ${cluster} cordon --selector skerry.dev/site=${fault.site}`,
        `kubectl --context ${cluster} drain --selector skerry.dev/site=${fault.site} --ignore-daemonsets --delete-emptydir-data`,
      ],
      end: [`kubectl --context ${cluster} uncordon --selector skerry.dev/site=${fault.site}`],
    }
  return { begin: [], end: [] }
}

/** Checks are known by their place in the stack of their zone. */
function healthCheckId(plan: Plan, host: string | undefined, site: string): string {
  const { healthChecks, zones } = dnsRecords(plan)
  const check = healthChecks.find(({ id }) => logical(id) === logical(host ?? '', site))
  const zone = zones.find(({ id }) => id === check?.zone)
  if (check === undefined || zone === undefined) return `HEALTH_CHECK_ID=… # of ${site}`
  return `HEALTH_CHECK_ID=$(aws cloudformation describe-stack-resource --region us-east-1 --stack-name ${stackNames(plan.fleet.name).dns(zone.Properties.Name)} --logical-resource-id HealthCheck${logical(check.id)} --query StackResourceDetail.PhysicalResourceId --output text)`
}

/** Flux puts back what a hand changes: without this the drill ends by itself within an interval. */
const suspended = (fleet: Fleet, cluster: string | undefined, app: string | undefined): readonly string[] =>
  fleet.gitops === undefined ? [] : [`flux --context ${cluster} suspend kustomization ${app}`]
const resumed = (fleet: Fleet, cluster: string | undefined, app: string | undefined): readonly string[] =>
  fleet.gitops === undefined ? [] : [`flux --context ${cluster} resume kustomization ${app}`]

function nameOf(app: App | undefined, fault: Fault): string {
  const kinds = { deployment: 'Deployment', service: 'Service', ingress: 'Ingress', namespace: 'Namespace' } as const
  const kind = fault.delete === undefined ? undefined : kinds[fault.delete]
  const manifests = app?.placement.find(({ site }) => site === fault.site)?.manifests ?? []
  return manifests.find((manifest) => manifest.kind === kind)?.name ?? fault.app ?? ''
}
