// Flux in a cluster: what a Kustomization holds is applied again every interval, from the last artifact, Git away or not. So an object
// deleted by hand comes back, and so do replicas that the manifest sets: server-side apply owns the field and takes it back.

import { copySubject, objectSubject } from '../../../timeline/subjects.ts'
import { intervalJitter, kustomizationReconcile } from '../../../timers/flux.ts'
import { loadBalancerMade } from '../../../timers/site.ts'
import type { Cause, ClusterState, Copy, Deed, World } from '../state.ts'
import { putBackByKarmada } from './karmada-works.ts'
import type { Because } from './pod-events.ts'
import { resumeReleases } from './releases.ts'

const defaultIntervalSeconds = 600

/** The copy is not as its manifest says. */
export function drifted(world: World, copy: Copy, cause: Cause): void {
  const byKarmada = putBackByKarmada(world, copy, (because) => putBack(world, copy, because, 'Karmada'), cause)
  if (byKarmada || !copy.delivered) return
  const seconds = world.pace.interval(world.fleet.gitops?.interval ?? defaultIntervalSeconds)
  const jittered =
    seconds * (1 - intervalJitter + 2 * intervalJitter * world.chance.draw(copy.subject, 'interval jitter'))
  const wait =
    jittered * world.chance.draw(copy.subject, 'reconciliation phase') +
    world.chance.latency(0.5, 3, copy.subject, 'apply')
  world.queue.at(world.queue.now + wait, () => {
    if (!canReconcile(copy.cluster)) copy.awaitsFlux = true
    else putBack(world, copy, { cause, timer: kustomizationReconcile(seconds) }, 'Flux')
  })
}

/** Its controllers run somewhere in the cluster, and its API server answers. */
const canReconcile = (cluster: ClusterState): boolean => cluster.up && cluster.nodes.some((node) => node.connected)

/** The control plane, or a node, is back: what waited for it is due within an interval. */
export function resumeFlux(world: World, cluster: ClusterState, cause: Cause): void {
  if (!canReconcile(cluster)) return
  resumeReleases(world, cluster, cause)
  for (const copy of cluster.copies) {
    if (copy.owed.length > 0) operatorPutsBack(world, copy)
    if (!copy.awaitsFlux) continue
    copy.awaitsFlux = false
    drifted(world, copy, cause)
  }
}

/**
 * At the end of a fault, or as soon as there is an API server to ask: what that fault did by hand, as far as no other one that lasts wants
 * it so. Where several scale one copy, the youngest that lasts is heard; when none is left, it is as it was before the first.
 */
export function operatorPutsBack(world: World, copy: Copy, over?: Deed): void {
  if (over !== undefined) copy.owed.push(over)
  if (!copy.cluster.up) return
  const held: Deed[] = []
  for (const deed of copy.owed.splice(0).reverse()) {
    if (deed.kind === 'scale') scaleBack(world, copy, deed.replicas)
    else if (copy.deeds.some(({ kind }) => kind === deed.kind || kind === 'namespace')) held.unshift(deed)
    else if (copy.deletedObjects.has(deed.kind)) putObjectBack(world, copy, deed.kind, undefined, 'the operator')
  }
  copy.owed.push(...held)
}

const heldAt = ({ deeds }: Copy): number | undefined =>
  deeds.flatMap((deed) => (deed.kind === 'scale' ? [deed.replicas] : [])).at(-1)

function scaleBack(world: World, copy: Copy, left: number): void {
  const held = heldAt(copy)
  // who else has changed it meanwhile wants it so
  if (held === undefined || copy.replicas === left)
    setReplicas(world, copy, held ?? copy.declared, undefined, 'the operator')
}

/** Everything as declared, by Flux or Karmada. */
function putBack(world: World, copy: Copy, because: Because, who: string): void {
  for (const kind of [...copy.deletedObjects.keys()]) putObjectBack(world, copy, kind, because, who)
  setReplicas(world, copy, copy.declared, because, who)
}

function putObjectBack(world: World, copy: Copy, kind: string, because: Because | undefined, who: string): void {
  const { app, site } = copy
  const name = site.site.name
  copy.deletedObjects.delete(kind)
  // made anew it has the number that is wanted
  if (because === undefined && (kind === 'deployment' || kind === 'namespace'))
    copy.replicas = heldAt(copy) ?? copy.declared
  const back = world.log.emit({
    subject: objectSubject(app.name, name, kind),
    what: 'object',
    from: 'absent',
    to: 'present',
    ...(because === undefined ? {} : { because }),
    text: `${who} puts the ${kind} of ${app.name} at ${name} back`,
    site: name,
    app: app.name,
  })
  restored(world, copy, kind, back)
}

function setReplicas(world: World, copy: Copy, to: number, because: Because | undefined, who: string): void {
  const { app, site, deletedObjects, replicas: from } = copy
  if (from === to || deletedObjects.has('deployment') || deletedObjects.has('namespace')) return
  const name = site.site.name
  copy.replicas = to
  copy.replicasCause = world.log.emit({
    subject: copySubject(app.name, name),
    what: 'replicas',
    from,
    to,
    ...(because === undefined ? {} : { because }),
    text: `${who} sets ${app.name} at ${name} back to ${to} ${to === 1 ? 'replica' : 'replicas'}`,
    site: name,
    app: app.name,
  })
  world.tell.replicas(copy, copy.replicasCause)
}

function restored(world: World, copy: Copy, kind: string, cause: Cause): void {
  if (kind === 'deployment' || kind === 'namespace') world.tell.replicas(copy, cause)
  if (kind === 'service' || kind === 'namespace') world.tell.podsChanged(copy, cause)
  if (kind === 'ingress' || kind === 'namespace') remakeDoor(world, copy, cause)
}

/** A new load balancer has a new name; the record goes on naming the old one until somebody points it anew. */
function remakeDoor(world: World, copy: Copy, cause: Cause): void {
  const { door } = copy
  if (door === undefined || !door.gone) return
  const timer = loadBalancerMade()
  world.queue.at(
    world.queue.now + world.chance.between(timer.minSeconds, timer.maxSeconds, door.subject, 'made anew'),
    () => {
      if (!door.gone || copy.deletedObjects.has('ingress') || copy.deletedObjects.has('namespace')) return
      door.gone = false
      door.staleRecord = door.kind === 'balancer'
      const made = world.log.emit({
        subject: door.subject,
        what: 'made',
        from: null,
        to: true,
        because: { cause, timer },
        text: door.staleRecord
          ? `${copy.app.name} at ${copy.site.site.name} has a new load balancer with a new name; the record still points at the old one`
          : `${copy.app.name} at ${copy.site.site.name} has its front door again`,
        site: copy.site.site.name,
        app: copy.app.name,
      })
      world.tell.podsChanged(copy, made)
      world.tell.serving(copy, made)
    },
  )
}
