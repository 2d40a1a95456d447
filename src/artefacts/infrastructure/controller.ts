// The AWS Load Balancer Controller as a release of its chart (founding facts 99 to 105 and 112 to 113): one base, and for each cluster a
// patch with its name, its network and the role of its service account. Rows of a class share one patch.

import type { Cluster } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { IntentValue, Plan } from '../../model/plan.ts'
import { controllerName } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, Overlay, Target } from '../bundle.ts'
import { fleetValue } from '../fleet-values.ts'
import { partitionOf } from '../partition.ts'
import type { AddonStep } from './steps.ts'
import { addonSteps, textAt, valueAt } from './steps.ts'

const namespace = 'kube-system'

export function controllerBundle(plan: Plan): Bundle | undefined {
  const steps = addonSteps(plan, controllerName).filter(({ step }) => step.intent.by === 'flux')
  const [first] = steps
  if (first === undefined) return undefined
  const overlays = new Map<string, Overlay>()
  const targets = steps.map((step): Target => {
    const { cluster, directory } = step
    const own = valuesOf(plan, step)
    const asRow = cluster.class !== undefined
    const name = cluster.class ?? directory
    if (!overlays.has(name)) {
      const stated = asRow
        ? { ...own.byStack, ...Object.fromEntries(Object.keys(own.text).map((key) => [key, `\${${key}}`])) }
        : { ...own.byStack, ...own.text }
      overlays.set(name, overlayOf(name, first, step, own, stated))
    }
    return {
      cluster: cluster.name,
      ...(asRow && { class: cluster.class }),
      overlay: name,
      values: asRow ? own.text : {},
    }
  })
  return {
    name: controllerName,
    folder: 'ingress-controller',
    layer: 'infrastructure',
    namespace,
    base: [{ file: 'alb.yaml', objects: [release(first)] }],
    overlays: [...overlays.values()],
    targets,
    needs: [],
  }
}

function release({ step: { intent } }: AddonStep): KubernetesObject {
  return {
    apiVersion: helmApi,
    kind: 'HelmRelease',
    metadata: { name: controllerName, namespace },
    spec: {
      interval: minutes(intent.release, 'intervalSeconds'),
      timeout: minutes(intent.release, 'timeoutSeconds'),
      releaseName: textAt(intent.releaseName),
      chart: {
        spec: {
          chart: textAt(intent.chart, 'name'),
          version: textAt(intent.chart, 'version'),
          reconcileStrategy: textAt(intent.release, 'reconcileStrategy'),
          sourceRef: valueAt(intent.release, 'sourceRef'),
        },
      },
      install: { remediation: { retries: 3 } },
      // Helm itself never touches a CRD again once it is there
      upgrade: { crds: 'CreateReplace', remediation: { retries: 3 } },
      values: { serviceAccount: { name: textAt(intent.serviceAccount, 'name') } },
    },
  }
}

export const helmApi = 'helm.toolkit.fluxcd.io/v2'

const minutes = (value: IntentValue | undefined, key: string): string => `${Number(valueAt(value, key)) / 60}m0s`

interface Own {
  /** By a name that can be a variable. */
  readonly text: Readonly<Record<string, string>>
  /** Known once a stack is made: variables that `up` fills. */
  readonly byStack: Readonly<Record<string, string>>
  readonly plain: Readonly<Record<string, IntentValue>>
}

const keys = {
  cluster: 'cluster_name',
  region: 'cluster_region',
  vpc: 'cluster_vpc',
  role: 'controller_role',
} as const

function valuesOf(plan: Plan, { step: { intent }, cluster }: AddonStep): Own {
  const {
    clusterName,
    region,
    vpcId,
    serviceAccount: _,
    ...plain
  } = (intent.values ?? {}) as Readonly<Record<string, IntentValue>>
  const network = textAt(vpcId, 'ofNetwork')
  const variable = cluster.class === undefined ? fleetValue.vpcId(network) : fleetValue.ownVpcId
  const byRole = textAt(intent.serviceAccount, 'identity') === 'oidc'
  return {
    plain,
    byStack: network === '' ? {} : { [keys.vpc]: variable },
    text: {
      [keys.cluster]: textAt(clusterName),
      ...(region !== undefined && { [keys.region]: textAt(region) }),
      ...(typeof vpcId === 'string' && { [keys.vpc]: vpcId }),
      ...(byRole && { [keys.role]: roleArn(plan, cluster, textAt(intent.serviceAccount, 'role')) }),
    },
  }
}

export function roleArn(plan: Plan, cluster: Cluster, role: string): string {
  if (role.startsWith('arn:')) return role
  const account =
    lookup(plan.fleet).network(cluster.network)?.account ?? cluster.account ?? plan.fleet.accounts[0]?.name ?? 'main'
  const owner = plan.fleet.accounts.find(({ name }) => name === account)
  const id = owner?.id ?? fleetValue.accountId(account)
  return `arn:${partitionOf(cluster.region ?? '')}:iam::${id}:role${owner?.newRoles?.path ?? '/'}${role}`
}

function overlayOf(
  name: string,
  first: AddonStep,
  { step: { intent } }: AddonStep,
  { plain }: Own,
  stated: Readonly<Record<string, string>>,
): Overlay {
  const before = first.step.intent
  const differs = (key: 'releaseName' | 'chart') =>
    key === 'releaseName'
      ? intent.releaseName !== before.releaseName
      : textAt(intent.chart, 'version') !== textAt(before.chart, 'version')
  const account = {
    ...(textAt(intent.serviceAccount, 'name') !== textAt(before.serviceAccount, 'name') && {
      name: textAt(intent.serviceAccount, 'name'),
    }),
    ...(stated[keys.role] !== undefined && { annotations: { 'eks.amazonaws.com/role-arn': stated[keys.role] } }),
  }
  const patch: KubernetesObject = {
    apiVersion: helmApi,
    kind: 'HelmRelease',
    metadata: { name: controllerName, namespace },
    spec: {
      ...(differs('releaseName') && { releaseName: textAt(intent.releaseName) }),
      ...(differs('chart') && { chart: { spec: { version: textAt(intent.chart, 'version') } } }),
      values: {
        clusterName: stated[keys.cluster],
        ...(stated[keys.region] !== undefined && { region: stated[keys.region] }),
        ...(stated[keys.vpc] !== undefined && { vpcId: stated[keys.vpc] }),
        ...plain,
        ...(Object.keys(account).length > 0 && { serviceAccount: account }),
      },
    },
  }
  return { name, patches: [{ file: 'helm-patch.yaml', objects: [patch] }], extra: [] }
}
