// What can be done to one copy of an app: it crashes, is scaled, slowed or deleted by hand, or its check is pointed elsewhere.

import type { Fault } from '../../../model/fleet.ts'
import { checkSubject, copySubject, doorSubject, objectSubject } from '../../../timeline/subjects.ts'
import { copyAt } from '../build.ts'
import type { Copy, Deed, World } from '../state.ts'
import type { Effect } from './effect.ts'
import { hold } from './effect.ts'
import { drifted, operatorPutsBack } from './flux.ts'
import { closeDoor } from './load-balancer.ts'

export function copyEffect(world: World, fault: Fault, app: string, site: string): Effect {
  const copy = copyAt(world, app, site)
  const says = { site, app }
  if (copy === undefined) return nothing({ ...says, subject: copySubject(app, site) }, `${app} has no copy at ${site}`)
  if (fault.scaleTo !== undefined) return scaleEffect(world, copy, fault.scaleTo)
  if (fault.delete !== undefined) return deleteEffect(world, copy, fault.delete)
  if (fault.checkPort !== undefined) return checkPortEffect(world, copy, fault, fault.checkPort)
  if (fault.slow !== undefined) return slowEffect(world, copy, fault, fault.slow)
  const held = hold(world, copy.crash, 'refuse')
  return {
    ...says,
    subject: copy.subject,
    what: 'runs',
    from: true,
    to: false,
    text: `${app} at ${site} crashes`,
    back: `${app} at ${site} could run again`,
    begin: (cause) => {
      held.take(cause)
      world.tell.crash(copy, cause)
    },
    end: (cause) => {
      held.give(cause)
      world.tell.crash(copy, cause)
    },
  }
}

function scaleEffect(world: World, copy: Copy, replicas: number): Effect {
  const { app, site } = copy
  const where = `${app.name} at ${site.site.name}`
  const hand = byHand(world, copy, { kind: 'scale', replicas })
  const owner = copy.delivered ? '; Flux owns the number and will put it back' : ''
  return {
    subject: copy.subject,
    what: 'replicas',
    // what it is when that is done, which another fault may have changed
    get from() {
      return copy.replicas
    },
    to: replicas,
    text: `${where} is scaled to ${replicas} by hand${owner}`,
    back: `${where} is scaled back`,
    site: site.site.name,
    app: app.name,
    quietEnd: true,
    by: copy.cluster,
    begin: (cause) => {
      hand.does()
      copy.replicas = replicas
      copy.replicasCause = cause
      world.tell.replicas(copy, cause)
      drifted(world, copy, cause)
    },
    end: hand.isOver,
  }
}

/** It lasts as long as its fault. */
function byHand(world: World, copy: Copy, deed: Deed): { readonly does: () => void; readonly isOver: () => void } {
  return {
    does: () => void copy.deeds.push(deed),
    isOver() {
      copy.deeds.splice(copy.deeds.indexOf(deed), 1)
      operatorPutsBack(world, copy, deed)
    },
  }
}

function deleteEffect(world: World, copy: Copy, kind: NonNullable<Fault['delete']>): Effect {
  const { app, site } = copy
  const hand = byHand(world, copy, { kind })
  return {
    subject: objectSubject(app.name, site.site.name, kind),
    what: 'object',
    from: 'present',
    to: 'absent',
    text: `the ${kind} of ${app.name} at ${site.site.name} is deleted by hand${copy.delivered ? '' : '; nothing puts it back by itself'}`,
    back: '',
    site: site.site.name,
    app: app.name,
    quietEnd: true,
    by: copy.cluster,
    begin: (cause) => {
      hand.does()
      copy.deletedObjects.set(kind, cause)
      if (kind === 'deployment' || kind === 'namespace') world.tell.replicas(copy, cause)
      if (kind === 'service' || kind === 'namespace') world.tell.podsChanged(copy, cause)
      const { door } = copy
      if ((kind === 'ingress' || kind === 'namespace') && door?.kind === 'balancer') closeDoor(world, door, cause)
      drifted(world, copy, cause)
    },
    end: hand.isOver,
  }
}

function checkPortEffect(world: World, copy: Copy, fault: Fault, port: number): Effect {
  // the security group of a load balancer lets in the ports of its listeners alone, and drops the rest
  const how = fault.how ?? 'blackhole'
  const { app, site, check } = copy
  const name = site.site.name
  return {
    subject: checkSubject(app.name, name),
    what: 'port',
    from: app.expose?.healthCheck?.port ?? null,
    to: port,
    text: `the health check of ${app.name} at ${name} asks port ${port}, where nobody answers`,
    back: `the health check of ${app.name} at ${name} asks its own port again`,
    site: name,
    app: app.name,
    begin: (cause) => {
      check?.wrongPort.set(fault, how)
      if (check !== undefined) world.tell.seen(check, cause)
    },
    end: (cause) => {
      check?.wrongPort.delete(fault)
      if (check !== undefined) world.tell.seen(check, cause)
    },
  }
}

function slowEffect(world: World, copy: Copy, fault: Fault, late: number): Effect {
  const { app, site, door } = copy
  const name = site.site.name
  return {
    subject: doorSubject(app.name, name),
    what: 'late',
    from: 0,
    to: late,
    text: `${app.name} at ${name} answers ${late} s later than usual`,
    back: `${app.name} at ${name} answers in time again`,
    site: name,
    app: app.name,
    begin: (cause) => {
      door?.slow.set(fault, late)
      world.tell.serving(copy, cause)
    },
    end: (cause) => {
      door?.slow.delete(fault)
      world.tell.serving(copy, cause)
    },
  }
}

function nothing(says: Pick<Effect, 'subject' | 'site' | 'app'>, text: string): Effect {
  const none = (): void => {}
  return { ...says, what: 'fault', from: null, to: null, text, back: text, begin: none, end: none }
}
