// The nodes of a pool, counted as they become Ready. What launches them is a stack, or somebody else's machines.

import { at } from '../../../artefacts/workloads/fields.ts'
import type { PlannedStep } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Work } from '../work.ts'
import { clientOf } from './access.ts'
import type { Kube } from './asking.ts'
import { awaited, unfinished } from './asking.ts'
import { stepsOf } from './plan-steps.ts'
import { conditionOf, isTrue } from './ready.ts'

const controlPlane = 'node-role.kubernetes.io/control-plane'

export function nodesWork(kube: Kube, step: PlannedStep, needs: readonly string[], region: string | undefined): Work {
  const { site = '', pool = '', cluster = '' } = step.subject
  const wanted = wantedOf(kube, step)
  return {
    id: `nodes/${site}/${pool}`,
    title: `Wait for the ${wanted.count} nodes of ${site}/${pool}`,
    steps: [`verify/node-role/${site}/${pool}`, `verify/nodes-ready/${site}/${pool}`].filter((id) =>
      stepsOf(kube.ground.plan).byId.has(id),
    ),
    needs,
    ...(region !== undefined && { at: region }),
    ...(step.expected !== undefined && { expected: step.expected }),
    run: async (told) => {
      const client = await clientOf(kube, { kind: 'cluster', name: cluster })
      await awaited(
        kube,
        told,
        {
          what: `${wanted.count} nodes of ${site}/${pool} are Ready in ${cluster}`,
          seconds: kube.patience.nodesSeconds,
          next: `skerry status --on real says which of the known causes keeps nodes of ${site} from joining; then run this again`,
        },
        async () => {
          const list = await client.get<{ readonly items: readonly KubeObject[] }>('/api/v1/nodes')
          const own = (list?.items ?? []).filter(wanted.isOne)
          const ready = own.filter((node) => isTrue(node, 'Ready'))
          if (ready.length >= wanted.count) return true
          const why = own
            .filter((node) => !isTrue(node, 'Ready'))
            .map(
              (node) => `${node.metadata.name}: ${at(conditionOf(node, 'Ready'), 'reason') ?? 'nothing heard of it'}`,
            )
          return unfinished(
            `${ready.length} of ${wanted.count} nodes Ready${why.length === 0 ? '' : `; ${why.slice(0, 3).join('; ')}`}`,
          )
        },
      )
      return { kind: 'done', changed: false }
    },
  }
}

interface Wanted {
  readonly count: number
  readonly isOne: (node: KubeObject) => boolean
}

/** Nodes that a stack launches bear our labels. Machines of others are told by what they do: they hold the control plane, or they do not. */
function wantedOf({ ground: { plan } }: Kube, { intent, subject }: PlannedStep): Wanted {
  const labelled = (node: KubeObject): boolean =>
    node.metadata.labels?.['skerry.dev/site'] === subject.site &&
    node.metadata.labels?.['skerry.dev/pool'] === subject.pool
  if (intent.kind !== 'machines') return { count: Number(intent.replicas ?? 1), isOne: labelled }
  const alike = stepsOf(plan)
    .ofCluster(subject.cluster ?? '')
    .filter(
      (it) =>
        it.kind === 'pool.join' &&
        it.intent.kind === 'machines' &&
        holdsControlPlane(it) === holdsControlPlane({ intent }),
    )
  return {
    count: alike.reduce((sum, it) => sum + Number(it.intent.replicas ?? 1), 0),
    isOne: (node) => (node.metadata.labels?.[controlPlane] !== undefined) === holdsControlPlane({ intent }),
  }
}

const holdsControlPlane = ({ intent }: Pick<PlannedStep, 'intent'>): boolean =>
  Array.isArray(intent.taints) && intent.taints.some((taint) => at(taint, 'key') === controlPlane)
