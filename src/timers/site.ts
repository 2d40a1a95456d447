// What the drill itself decides: how long a fault lasts, and how long a battery hides it.

import type { Timer } from './timer.ts'

export function faultLasts(seconds: number): Timer {
  return {
    id: 'fault.lasts',
    title: 'the fault lasts',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'for of the fault in the drill',
    decidedBy: 'standIn',
  }
}

/** Between two things that the drill itself brings about. */
export function drillGoesOn(seconds: number): Timer {
  return {
    id: 'drill.goesOn',
    title: 'until the next thing that the drill brings about',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'at of the faults in the drill',
    decidedBy: 'standIn',
  }
}

export function powerHoldUp(seconds: number): Timer {
  return {
    id: 'site.powerHoldUp',
    title: 'battery or generator carries the site',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'powerHoldUp of the site',
    decidedBy: 'standIn',
  }
}

/** A load balancer that is made anew, with a new name. */
export function loadBalancerMade(): Timer {
  return {
    id: 'loadBalancer.create',
    title: 'a new load balancer is made',
    minSeconds: 60,
    maxSeconds: 240,
    meanSeconds: 150,
    source: 'assumption: no figure is published',
    decidedBy: 'standIn',
  }
}
