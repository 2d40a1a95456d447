// Faults that cannot do what they say: of a Region, a zone or a supply that the fleet does not use, of more nodes than there are, of a
// copy that is not there. A drill with one of them would pass, and prove nothing.

import type { Fault, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { counted, listed } from '../model/words.ts'
import { nodesAt } from './after.ts'
import { zonesOf } from './loss.ts'
import { placed } from './placed.ts'

export interface IdleFault {
  readonly fault: Fault
  readonly field: string
  readonly found: string
  readonly fix: string
  /** Nothing at all comes of it; otherwise only a part of what it says. */
  readonly wholly: boolean
}

type Idle = Omit<IdleFault, 'fault'>

export const idleFaults = (fleet: Fleet, faults: readonly Fault[]): readonly IdleFault[] =>
  faults.flatMap((fault) => {
    const idle =
      fault.release !== undefined
        ? undefined
        : fault.app !== undefined
          ? ofCopy(fleet, fault, fault.app, fault.site ?? '')
          : fault.site !== undefined
            ? ofSite(fleet, fault, fault.site)
            : (ofPlaces(fleet, fault) ?? ofSupply(fleet, fault))
    return [...(idle === undefined ? [] : [idle]), ...ofHow(fault)].map((one) => ({ fault, ...one }))
  })

function ofPlaces(fleet: Fleet, { region, zone, lose }: Fault): Idle | undefined {
  if (region !== undefined) {
    const used = [...fleet.sites.map(({ place }) => place.region), ...fleet.clusters.map((one) => one.region)]
    return used.includes(region) ? undefined : unused('region', region, 'Regions', used)
  }
  if (zone === undefined) return undefined
  const used = fleet.sites.flatMap((site) => [...zonesOf(fleet, site), site.place.parentZone])
  if (used.includes(zone)) return undefined
  // the control plane of a zone is asked for whatever is registered there
  const near = fleet.sites.some(({ place }) => place.zone === undefined && zone === `${place.region}${zone.at(-1)}`)
  return lose === 'controlPlane' && near ? undefined : unused('zone', zone, 'zones', used)
}

function unused(field: string, name: string, what: string, used: readonly (string | undefined)[]): Idle {
  const names = [...new Set(used.flatMap((one) => one ?? []))].sort()
  return {
    field,
    found: `is ${name}, where nothing of the fleet stands and on which nothing hangs`,
    fix:
      names.length === 0
        ? `the fleet uses no ${what}`
        : `the ${what} of the fleet are ${listed(names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : names)}`,
    wholly: true,
  }
}

function ofSupply(fleet: Fleet, { lose }: Fault): Idle | undefined {
  if (lose === 'git' && fleet.gitops === undefined)
    return {
      field: 'lose',
      found: 'is git, and the fleet has no gitops',
      fix: 'declare gitops, or take the fault out',
      wholly: true,
    }
  if (lose === 'registry' && fleet.apps.length === 0)
    return {
      field: 'lose',
      found: 'is registry, and the fleet has no app',
      fix: 'declare an app, or take the fault out',
      wholly: true,
    }
  return undefined
}

function ofSite(fleet: Fleet, { lose, count }: Fault, name: string): Idle | undefined {
  const site = lookup(fleet).site(name)
  if (site === undefined || lose !== 'nodes') return undefined
  const nodes = nodesAt(fleet, site)
  if (nodes === 0)
    return {
      field: 'lose',
      found: `is nodes, and ${name} has none`,
      fix: 'name a site with node pools, or take the fault out',
      wholly: true,
    }
  return count === undefined || count <= nodes
    ? undefined
    : {
        field: 'count',
        found: `is ${count}, and ${name} has ${counted(nodes, 'node')}`,
        fix: `say ${nodes}, or leave count out for all of them`,
        wholly: false,
      }
}

function ofCopy(fleet: Fleet, fault: Fault, name: string, site: string): Idle | undefined {
  const app = lookup(fleet).app(name)
  if (app === undefined) return undefined
  const copy = placed(fleet, app).placement.find((placement) => placement.site === site)
  if (copy === undefined) {
    // a federation may bring one there later
    if (app.placement.some((placement) => placement.federation !== undefined)) return undefined
    return {
      field: 'site',
      found: `is ${site}, where ${name} has no copy`,
      fix: `name a site of its placement: ${listed(app.placement.slice(0, 5).flatMap((placement) => placement.site ?? []))}`,
      wholly: true,
    }
  }
  if (fault.scaleTo !== undefined && fault.scaleTo === copy.replicas)
    return {
      field: 'scaleTo',
      found: `is ${fault.scaleTo}, as many as ${name} has at ${site} anyway`,
      fix: 'say another number',
      wholly: true,
    }
  if (fault.checkPort !== undefined && app.expose?.healthCheck === undefined)
    return {
      field: 'checkPort',
      found: `is ${fault.checkPort}, and ${name} has no health check`,
      fix: 'declare expose.healthCheck, or take the fault out',
      wholly: true,
    }
  if (fault.slow !== undefined && app.expose === undefined)
    return {
      field: 'slow',
      found: `slows ${name}, which nobody asks: it has no expose`,
      fix: 'declare expose, or take the fault out',
      wholly: true,
    }
  return undefined
}

/** Where packets can be dropped or refused: on ways, at control planes, at what is fetched from, at a port. */
function ofHow({ how, lose, checkPort }: Fault): readonly Idle[] {
  const open = ['uplink', 'serviceLink', 'internet', 'controlPlane', 'etcd', 'git', 'registry']
  if (how === undefined || checkPort !== undefined || (lose !== undefined && open.includes(lose))) return []
  return [
    {
      field: 'how',
      found: `is ${how}, where the loss itself says what becomes of packets`,
      fix: 'take it out',
      wholly: false,
    },
  ]
}
