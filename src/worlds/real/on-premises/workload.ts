// A workload cluster: its Cluster is committed for its management cluster (its Flux brings it; where there is none, it is applied), and then
// watched until that cluster has made it. Nothing here makes a machine: what is seen is what the controller of EKS Anywhere says.

import { filledIn } from '../../../artefacts/eks-anywhere/index.ts'
import type { Planned } from '../../../artefacts/eks-anywhere/view.ts'
import { fluxNamespace } from '../../../artefacts/flux/objects.ts'
import { licenceCommands } from '../../../artefacts/runbook/clusters.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { conditionOf, isTrue } from '../kubernetes/ready.ts'
import type { Outcome, Told, Work } from '../work.ts'
import { carrierOf } from './carriers.ts'
import { isHeldByCli, isPaused, nextFor, standingOf } from './conditions.ts'
import { applyDeclared, firstDifference } from './declared.ts'
import { missingHardware } from './hardware.ts'
import type { Floor } from './heard.ts'
import { isRefusedByWebhook, persist, refusal, unlessSilent } from './heard.ts'
import { expectedOf, limitSeconds } from './limits.ts'
import { foreign, isOurs } from './ownership.ts'
import { noKubeconfig, reached } from './reached.ts'
import type { Roster } from './roster.ts'

export function workloadWork(floor: Floor, roster: Roster, one: Planned): Work {
  const { cluster, view, by } = one
  const { name, manager } = view
  const { steps } = floor.ground.plan
  return {
    id: `cluster/${name}`,
    title:
      by === 'flux'
        ? `Wait until ${manager} has made the cluster ${name}, which its Flux brings`
        : `Give ${manager} the cluster ${name}, and wait until it has made it`,
    steps: [`cluster.create/${name}`, `verify/hardware/${name}`].filter((id) => steps.some((it) => it.id === id)),
    // begun when Flux has ended, well or not: one app that it cannot bring there is no reason to make no cluster
    needs: [`access/${manager}`],
    needsOneOf: [`access/${manager}`, `flux/${manager}`],
    // each floor is a place of its own: none waits for another
    at: cluster.at ?? name,
    expected: expectedOf(view),
    run: (told) =>
      unlessSilent(manager, async () => {
        const client = (await reached(floor, manager)) ?? noKubeconfig(manager)
        return 'kind' in client ? client : make(floor, roster, one, client, told)
      }),
  }
}

async function make(floor: Floor, roster: Roster, one: Planned, client: KubeClient, told: Told): Promise<Outcome> {
  const { ground } = floor
  const { view, by } = one
  const { name, manager } = view
  const began = ground.now().getTime()
  const { clusters } = await persist(floor, told, manager, 'its Clusters are listed', () => roster.since(client, began))
  const there = clusters?.get(name)
  if (there !== undefined && !isOurs(ground.plan, name, there) && by !== 'flux')
    throw foreign(ground.plan, manager, there)
  if (!isTrue(there, 'ControlPlaneInitialized')) {
    const missing = await persist(floor, told, manager, 'its machines are listed', () =>
      missingHardware(ground.plan, view, client),
    )
    if (missing !== undefined) return missing
  }
  const changed = by === 'flux' ? false : await applyDeclared(floor, told, view, client)
  return watched(floor, roster, one, client, told, changed)
}

async function watched(
  floor: Floor,
  roster: Roster,
  one: Planned,
  client: KubeClient,
  told: Told,
  applied: boolean,
): Promise<Outcome> {
  const { ground, patience } = floor
  const { plan } = ground
  const { view, by } = one
  const { name, manager } = view
  const limit = patience.limitSeconds ?? limitSeconds(view)
  const since = ground.now().getTime()
  /** Whether what is there is what this plan declares. */
  let declared = by !== 'flux'
  /** Since it is so, or is waited for. */
  let began = since
  let looks = 0
  let calm = 0
  let failing: { readonly seen: string; readonly since: number } | undefined

  for (;;) {
    const { clusters } = await persist(floor, told, manager, 'its Clusters are listed', () =>
      roster.since(client, since),
    )
    looks += 1
    const now = ground.now().getTime()
    const there = clusters?.get(name)
    let seen: string
    if (there === undefined) {
      if (clusters === undefined)
        seen = `${manager} does not know EKS Anywhere’s Cluster: its controllers are not there`
      else if (by !== 'flux') seen = `${name} is gone from ${manager}`
      else {
        const flux = await fluxSays(floor, one, client, told)
        if (flux === undefined) return notStarted(name, manager)
        seen = flux
      }
    } else if (there.metadata.deletionTimestamp !== undefined) seen = `${name} is being deleted`
    else {
      if (!isOurs(plan, name, there)) throw foreign(plan, manager, there)
      if (isPaused(there)) return pausedBy(name, manager)
      if (!declared) {
        const difference = await firstDifference(floor, told, view, client)
        declared = difference === undefined
        if (declared) began = now
        seen =
          difference === undefined
            ? 'it is as declared'
            : `not as declared yet: ${difference}; Flux: ${(await fluxSays(floor, one, client, told)) ?? 'not started'}`
      } else seen = 'it is as declared'
      if (declared) {
        const licence = missingLicence(floor, one, there)
        if (licence !== undefined) return licence
        const standing = standingOf(there)
        if (isHeldByCli(there)) seen = 'eksctl anywhere is at work on it'
        else if (standing.kind !== 'ready') seen = standing.seen
        else {
          if (looks === 1 && !applied) return { kind: 'done', changed: false }
          // a change of what a Cluster names alone is seen by its controller a moment after it
          calm += 1
          if (calm > 1) return { kind: 'done', changed: true }
          seen = 'Ready'
        }
        if (standing.kind !== 'ready') calm = 0
        failing =
          standing.kind !== 'failing'
            ? undefined
            : failing?.seen === standing.seen
              ? failing
              : { seen: standing.seen, since: now }
        if (failing !== undefined && now - failing.since >= patience.failingSeconds * 1000)
          throw refusal(`${manager} cannot make ${name}`, nextAfter(view, one.by, failing.seen), [failing.seen])
      }
    }
    told.observe(seen)
    if (!declared && now - began >= patience.broughtSeconds * 1000)
      return notBrought(plan.fleet.gitops?.branch, one, seen)
    if (declared && now - began >= limit * 1000)
      throw refusal(`${name} is not ready after ${Math.round(limit / 60)} minutes`, nextFor(name, manager, seen), [
        seen,
      ])
    await ground.pause(patience.everySeconds * 1000, told.signal)
  }
}

/** Undefined: it is not started there. What a webhook refuses of what it applies, it would try for ever. */
async function fluxSays(floor: Floor, one: Planned, client: KubeClient, told: Told): Promise<string | undefined> {
  const { name, manager } = one.view
  const carrier = carrierOf(floor.ground.plan, name) ?? name
  const ask = (path: string) => persist(floor, told, manager, 'Flux is asked', () => client.get(path))
  const brings = await ask(`/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${fluxNamespace}/kustomizations/${carrier}`)
  if (brings !== undefined) {
    const message = messageOf(brings)
    if (isRefusedByWebhook(message))
      throw refusal(`${manager} does not take ${name} as its repository has it`, nextAfter(one.view, 'flux', message), [
        message,
      ])
    return at(brings, 'spec', 'suspend') === true
      ? `the Kustomization ${carrier} is suspended`
      : `${carrier}: ${message}`
  }
  const source = await ask(
    `/apis/source.toolkit.fluxcd.io/v1/namespaces/${fluxNamespace}/gitrepositories/${fluxNamespace}`,
  )
  return source === undefined ? undefined : `no Kustomization ${carrier} yet; source: ${messageOf(source)}`
}

const messageOf = (object: KubeObject): string =>
  String(at(conditionOf(object, 'Ready'), 'message') ?? 'not looked at yet')

function missingLicence({ ground: { plan } }: Floor, { view, by }: Planned, there: KubeObject): Outcome | undefined {
  if (view.spec.licenseToken === undefined || typeof at(there, 'spec', 'licenseToken') === 'string') return undefined
  const filled = filledIn(plan).find(({ cluster }) => cluster === view.name)
  const licence = by === 'flux' ? filled?.licence : filled?.inCluster[0]
  if (licence === undefined) return undefined
  return {
    kind: 'person',
    what: `give the Cluster ${view.name} its licence token${licence.from === undefined ? '' : `, kept in ${licence.from}`}: skerry holds no secret, and Git none either`,
    commands: licenceCommands(view.name, view.manager, licence),
  }
}

const pausedBy = (name: string, manager: string): Outcome => ({
  kind: 'person',
  what: `${name} is paused: its controller does nothing until somebody goes on with it`,
  commands: [
    `kubectl --context ${manager} annotate clusters.anywhere.eks.amazonaws.com ${name} anywhere.eks.amazonaws.com/paused-`,
  ],
})

const notStarted = (name: string, manager: string): Outcome => ({
  kind: 'person',
  what: `Flux is not started in ${manager}, and it brings ${name}`,
  commands: [`flux --context ${manager} check`, `flux --context ${manager} get all --namespace ${fluxNamespace}`],
})

function notBrought(branch: string | undefined, { cluster, view }: Planned, seen: string): Outcome {
  const ring = cluster.labels.ring
  return {
    kind: 'person',
    what: `commit what this plan says of ${view.name} for ${view.manager}${branch === undefined ? '' : `, to ${branch}`}${ring === undefined ? '' : `, and let the ring ${ring} follow it`}: its Flux does not bring it (${seen})`,
    commands: [
      'skerry plan --deliver CLONE # a branch of your clone of the repository; push it, and merge it',
      `flux --context ${view.manager} reconcile kustomization ${fluxNamespace} --with-source`,
    ],
  }
}

/** What is put right where, by why its controller cannot go on: EKS Anywhere v0.26, pkg/api/v1alpha1/cluster_types.go. */
function nextAfter({ manager, name }: Planned['view'], by: Planned['by'], seen: string): string {
  const again = by === 'flux' ? 'commit it, and run this again' : 'then run this again'
  const [reason = ''] = seen.split(':')
  const known: Readonly<Record<string, string>> = {
    MissingDependentObjects: `what the Cluster names is not in ${manager}, by kind and name as below; ${again}`,
    ManagementClusterRefInvalid: `managementCluster of ${name} must be a management cluster that knows itself by that name; ${again}`,
    ClusterInvalid: `put the declaration of ${name} right; ${again}`,
    DatacenterConfigInvalid: `put datacenter of ${name} right, or bring back what it names; ${again}`,
    MachineConfigInvalid: `put the machines of ${name} right: their groups, images, and the hardware that is listed for them; ${again}`,
    UnavailableControlPlaneIP: `the endpoint of ${name} answers already: free the address, or declare another one; ${again}`,
    EksaVersionInvalid: `release of ${name} must be one that ${manager} knows, and not newer than its own; ${again}`,
  }
  if (/immutable/.test(seen))
    return `EKS Anywhere changes that only by making the cluster anew: declare what is there, or delete it first; ${again}`
  return known[reason] ?? nextFor(name, manager, seen)
}
