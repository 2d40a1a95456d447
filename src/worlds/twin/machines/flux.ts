// Flux in a cluster: what a Kustomization holds is applied again every interval, from the last artifact, Git away or not. So an object
// deleted by hand comes back, and so do replicas that the manifest sets: server-side apply owns the field and takes it back.

import { copySubject, objectSubject } from '../../../timeline/subjects.ts'
import { intervalJitter, kustomizationReconcile } from '../../../timers/flux.ts'
import { loadBalancerMade } from '../../../timers/site.ts'
import type { Cause, ClusterState, Copy, World } from '../state.ts'
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
    if (copy.awaitsOperator) operatorPutsBack(world, copy)
    if (!copy.awaitsFlux) continue
    copy.awaitsFlux = false
    drifted(world, copy, cause)
  }
}

/** At the end of the fault, or as soon as there is an API server to ask. */
export function operatorPutsBack(world: World, copy: Copy): void {
  copy.awaitsOperator = !copy.cluster.up
  if (copy.cluster.up) putBack(world, copy, undefined, 'the operator')
}

/** Everything as declared, by Flux or by the operator at the end of the fault. */
function putBack(world: World, copy: Copy, because: Because | undefined, who: string): void {
  const { app, site } = copy
  const name = site.site.name
  for (const kind of [...copy.deletedObjects.keys()]) {
    copy.deletedObjects.delete(kind)
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
  const { declared } = copy
  if (copy.replicas === declared) return
  const from = copy.replicas
  copy.replicas = declared
  copy.replicasCause = world.log.emit({
    subject: copySubject(app.name, name),
    what: 'replicas',
    from,
    to: declared,
    ...(because === undefined ? {} : { because }),
    text: `${who} sets ${app.name} at ${name} back to ${declared} ${declared === 1 ? 'replica' : 'replicas'}`,
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
