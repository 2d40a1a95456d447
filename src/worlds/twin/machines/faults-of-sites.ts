// What a site can lose: power, its links, nodes, and its speed.

import type { Fault } from '../../../model/fleet.ts'
import { siteSubject } from '../../../timeline/subjects.ts'
import { powerHoldUp } from '../../../timers/site.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { Cause, SiteState, World } from '../state.ts'
import type { Effect } from './effect.ts'
import { hold } from './effect.ts'

export function siteEffect(world: World, fault: Fault, site: SiteState): Effect {
  const name = site.site.name
  const says = { subject: siteSubject(name), site: name }
  const how = fault.how ?? 'blackhole'
  const reach = (cause: Cause): void => world.tell.reach(site, undefined, cause)
  if (fault.slow !== undefined) {
    const late = fault.slow
    return {
      ...says,
      what: 'late',
      from: 0,
      to: late,
      text: `${name} answers ${late} s later than usual`,
      back: `${name} answers in time again`,
      begin: (cause) => {
        site.slow.set(fault, late)
        reach(cause)
      },
      end: (cause) => {
        site.slow.delete(fault)
        reach(cause)
      },
    }
  }
  switch (fault.lose) {
    case 'power':
      return powerEffect(world, site)
    case 'nodes':
      return nodesEffect(world, fault, site)
    case 'uplink':
      return linkEffect(
        says,
        'uplink',
        `${name} loses its whole network`,
        [hold(world, site.internet, how), hold(world, site.link, how)],
        reach,
      )
    case 'serviceLink':
      return linkEffect(
        says,
        'serviceLink',
        `${name} loses the way to its control plane`,
        [hold(world, site.link, how)],
        reach,
      )
    default:
      return linkEffect(
        says,
        'internet',
        `${name} loses the way to its users`,
        [hold(world, site.internet, how)],
        reach,
      )
  }
}

function linkEffect(
  says: { readonly subject: string; readonly site: string },
  what: string,
  text: string,
  held: readonly ReturnType<typeof hold>[],
  reach: (cause: Cause) => void,
): Effect {
  return {
    ...says,
    what,
    from: 'up',
    to: 'down',
    text,
    back: text.replace(' loses ', ' has ').concat(' again'),
    begin: (cause) => {
      for (const one of held) one.take(cause)
      reach(cause)
    },
    end: (cause) => {
      for (const one of held) one.give(cause)
      reach(cause)
    },
  }
}

/** A battery hides a loss of mains that is shorter than it lasts. */
function powerEffect(world: World, site: SiteState): Effect {
  const name = site.site.name
  const power = hold(world, site.power, 'blackhole')
  const change = (act: () => void, cause: Cause): void => {
    act()
    world.tell.power(site, cause)
  }
  const holdUp = site.site.powerHoldUp ?? 0
  if (holdUp === 0) {
    return {
      subject: siteSubject(name),
      what: 'power',
      from: 'on',
      to: 'off',
      text: `${name} loses its power`,
      back: `${name} has power again`,
      site: name,
      begin: (cause) => change(() => power.take(cause), cause),
      end: (cause) => change(() => power.give(cause), cause),
    }
  }
  let dark: Cause | undefined
  let drained: ReturnType<World['queue']['at']> | undefined
  const say = (from: string, to: string, cause: Cause, timer: ReturnType<typeof powerHoldUp>, text: string): Cause =>
    world.log.emit({ subject: siteSubject(name), what: 'power', from, to, because: { cause, timer }, text, site: name })
  return {
    subject: siteSubject(name),
    what: 'mains',
    from: 'on',
    to: 'off',
    text: `${name} loses its mains; its battery lasts ${holdUp} s`,
    back: `${name} has its mains again`,
    site: name,
    begin: (cause) => {
      drained = world.queue.at(world.queue.now + holdUp, () => {
        dark = say('on', 'off', cause, powerHoldUp(holdUp), `the battery of ${name} is empty`)
        const off = dark
        change(() => power.take(off), off)
      })
    },
    end: (cause) => {
      world.queue.cancel(drained)
      if (dark === undefined) return
      dark = undefined
      const on = say('off', 'on', cause, atOnce, `${name} has power again`)
      change(() => power.give(on), on)
    },
  }
}

function nodesEffect(world: World, fault: Fault, site: SiteState): Effect {
  const name = site.site.name
  // workers go first: a machine that is kept for the control plane runs no copy of an app
  const inTurn = [...site.nodes].sort((a, b) => Number(a.closed) - Number(b.closed))
  const nodes = inTurn.slice(0, fault.count ?? inTurn.length)
  const held = nodes.map((node) => ({ node, power: hold(world, node.power, 'blackhole') }))
  const count = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`
  return {
    subject: siteSubject(name),
    what: 'nodes',
    from: site.nodes.length,
    to: site.nodes.length - nodes.length,
    text: `${name} loses ${count}`,
    back: `${name} has its ${count} again`,
    site: name,
    begin: (cause) => {
      for (const { power } of held) power.take(cause)
      world.tell.power(site, cause)
    },
    end: (cause) => {
      for (const { power } of held) power.give(cause)
      world.tell.power(site, cause)
    },
  }
}
