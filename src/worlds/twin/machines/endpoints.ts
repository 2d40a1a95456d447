// The EndpointSlice controller: the endpoints of a service are its pods that are ready and not being deleted.

import { endpointSlice } from '../../../timers/endpoints.ts'
import type { Cause, Copy, Pod, World } from '../state.ts'

/** Whether the service of the copy is there at all. */
export const hasService = (copy: Copy): boolean =>
  !copy.deletedObjects.has('service') && !copy.deletedObjects.has('namespace')

export const isEndpoint = (pod: Pod): boolean => pod.ready && !pod.deleted && !pod.gone

export function updateEndpoints(world: World, copy: Copy, cause: Cause): void {
  copy.endpointsCause = cause
  if (copy.endpointsUpdate !== undefined || !copy.cluster.up) return
  copy.endpointsUpdate = world.queue.at(
    world.queue.now + world.chance.latency(0.05, 0.3, copy.subject, 'endpoints'),
    () => {
      copy.endpointsUpdate = undefined
      if (copy.cluster.up) write(world, copy)
    },
  )
}

function write(world: World, copy: Copy): void {
  const { app, site } = copy
  const count = hasService(copy) ? copy.counts.ready : 0
  const from = copy.told.endpoints
  let cause = copy.endpointsCause
  if (count !== from) {
    copy.told.endpoints = count
    cause = world.log.emit({
      subject: copy.subject,
      what: 'endpoints',
      from,
      to: count,
      because: { cause, timer: endpointSlice() },
      text: `the service of ${app.name} at ${site.site.name} has ${count} of ${copy.replicas} endpoints`,
      site: site.site.name,
      app: app.name,
    })
  }
  world.tell.endpoints(copy, cause)
}
