// A management or standalone cluster: a person makes it on its admin machine, by the commands of the runbook. What is done here is to look,
// by its kubeconfig, whether it is there, is the one that is meant, and can do its work.

import { filledIn } from '../../../artefacts/eks-anywhere/index.ts'
import type { Planned } from '../../../artefacts/eks-anywhere/view.ts'
import { addonCommands } from '../../../artefacts/runbook/addons.ts'
import { clusterCommands } from '../../../artefacts/runbook/clusters.ts'
import { lookCommands } from '../../../artefacts/runbook/look.ts'
import { filling, secretRead } from '../../../artefacts/runbook/secrets.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { isTrue } from '../kubernetes/ready.ts'
import type { Outcome, Told, Work } from '../work.ts'
import { nextFor, standingOf } from './conditions.ts'
import type { Floor } from './heard.ts'
import { persist, refusal, unlessSilent } from './heard.ts'
import { expectedOf } from './limits.ts'
import { reached } from './reached.ts'
import { makeRoster } from './roster.ts'

export function selfMadeWork(floor: Floor, one: Planned): Work {
  const { cluster, view } = one
  const { plan } = floor.ground
  const step = plan.steps.find(({ id }) => id === `cluster.create/${view.name}`)
  const before = preparations(plan, step)
  return {
    id: `cluster/${view.name}`,
    title: `See that ${view.name} is there, which its admin machine makes`,
    steps: [...before.map(({ id }) => id), `cluster.create/${view.name}`],
    needs: [],
    at: cluster.at ?? view.name,
    expected: expectedOf(view),
    run: (told) =>
      unlessSilent(view.name, async () => {
        const client = await reached(floor, view.name)
        if (client === undefined)
          return {
            kind: 'person',
            what: `make ${view.name} on its admin machine, and bring its kubeconfig here`,
            commands: [
              ...before.flatMap((it) =>
                it.kind === 'addon' ? addonCommands(it, plan.fleet).commands : lookCommands(it, plan.fleet),
              ),
              ...(step === undefined ? [] : clusterCommands(step, plan).commands),
            ],
          }
        return 'kind' in client ? client : verified(floor, one, client, told)
      }),
  }
}

/** What the admin machine needs before it can make the cluster, in the order of the plan. */
function preparations({ steps }: Plan, step: PlannedStep | undefined): readonly PlannedStep[] {
  const wanted = new Set<string>()
  const ask = (ids: readonly string[]): void => {
    for (const id of ids) {
      const found = steps.find((it) => it.id === id)
      if (found === undefined || found.intent.part !== 'preparation' || wanted.has(id)) continue
      wanted.add(id)
      ask(found.needs)
    }
  }
  ask(step?.needs ?? [])
  return steps.filter(({ id }) => wanted.has(id))
}

async function verified(floor: Floor, { view }: Planned, client: KubeClient, told: Told): Promise<Outcome> {
  const { ground, patience } = floor
  const { name } = view
  const roster = makeRoster(floor)
  const began = ground.now().getTime()
  for (;;) {
    const { clusters } = await persist(floor, told, name, 'its Clusters are listed', () =>
      roster.since(client, ground.now().getTime()),
    )
    const there = clusters?.get(name)
    if (there === undefined)
      throw refusal(
        clusters === undefined
          ? `the context ${name} leads to a cluster that is not of EKS Anywhere`
          : `the context ${name} leads to another cluster${clusters.size === 0 ? '' : `, which knows ${[...clusters.keys()].slice(0, 3).join(', ')}`}`,
        `let the context ${name} lead to the cluster of that name: kubectl config get-contexts; nothing is applied to another one`,
      )
    const older = olderThanDeclared(view, there)
    if (older !== undefined) return upgrade(ground.plan, view, older)
    const standing = standingOf(there)
    // it makes clusters while one of its own workers is away
    const works = isTrue(there, 'ControlPlaneInitialized') && isTrue(there, 'ControlPlaneReady')
    if (standing.kind !== 'ready') told.observe(standing.seen)
    if (standing.kind === 'ready' || (standing.kind === 'underway' && works)) return { kind: 'done', changed: false }
    if (ground.now().getTime() - began >= patience.broughtSeconds * 1000)
      throw refusal(`${name} is there, and not ready`, nextFor(name, name, standing.seen), [standing.seen])
    await ground.pause(patience.everySeconds * 1000, told.signal)
  }
}

/** What an upgrade by its admin machine changes; all else of it, its own program has filled in. */
function olderThanDeclared({ spec, controlPlane }: Planned['view'], there: KubeObject): string | undefined {
  const release = spec.release === undefined ? undefined : `v${spec.release.replace(/^v/, '')}`
  const differs: readonly (readonly [string, unknown, unknown])[] = [
    ['Kubernetes', at(there, 'spec', 'kubernetesVersion'), spec.version],
    ['release', at(there, 'spec', 'eksaVersion') ?? release, release ?? at(there, 'spec', 'eksaVersion')],
    ['control plane machines', at(there, 'spec', 'controlPlaneConfiguration', 'count'), controlPlane.replicas],
  ]
  const found = differs.find(
    ([, is, wanted]) => is !== undefined && wanted !== undefined && String(is) !== String(wanted),
  )
  return found === undefined ? undefined : `${found[0]} ${String(found[1])}, declared ${String(found[2])}`
}

function upgrade(plan: Plan, view: Planned['view'], older: string): Outcome {
  const { name } = view
  const filled = filledIn(plan).find(({ cluster }) => cluster === name)
  const window = view.spec.upgradeWindow
  return {
    kind: 'person',
    what: `upgrade ${name} on its admin machine (${older})${window === undefined ? '' : `; its window: ${window}`}`,
    commands: [
      ...(filled?.environment ?? []).map((variable) => secretRead({ name: variable })),
      ...filling(filled?.inCluster ?? [], `eks-anywhere/${name}/cluster.yaml`, `${name}.yaml`),
      `eksctl anywhere upgrade cluster --filename ${name}.yaml && rm ${name}.yaml`,
    ],
  }
}
