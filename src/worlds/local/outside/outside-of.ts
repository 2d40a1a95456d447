// What the process outside is to be, from the plan and the ports that were chosen.

import { join } from 'node:path'
import { apiServerOf } from '../clients.ts'
import type { Ports } from '../engine.ts'
import { outsideId } from '../engines/outside.ts'
import { powerDnsId } from '../engines/powerdns.ts'
import type { Layout } from '../layout.ts'
import { audiencesOf } from './audiences/audiences-of.ts'
import type { OutsideConfig } from './config.ts'
import { dnsOf } from './dns/dns-of.ts'
import { addressesOf, doorKeys, doorsOf } from './doors/doors-of.ts'
import type { LinkConfig } from './links/config.ts'
import { linksOf } from './links/links-of.ts'

export interface Outsides {
  /** The state folder. */
  readonly folder: string
  readonly speed: number
}

/** In the state folder. */
export const repositoryFolders = (folder: string): { readonly git: string; readonly charts: string } => ({
  git: join(folder, 'outside', 'fleet.git'),
  charts: join(folder, 'outside', 'charts'),
})

/** Linux answers on all of 127/8, so that all doors have one port; elsewhere only 127.0.0.1 is this machine, and each has its own. */
export const doorsHaveAddresses = (platform: NodeJS.Platform = process.platform): boolean => platform === 'linux'

export function outsideOf(layout: Layout, ports: Ports, { folder, speed }: Outsides): OutsideConfig {
  const { plan } = layout
  const own = ports[outsideId(layout.owner)] ?? {}
  const port = (name: string): number => own[name] ?? 0
  const addresses = addressesOf(doorKeys(plan, layout))
  const doors = doorsOf(plan, layout, {
    api: (owner) => ports[apiServerOf(owner)]?.https ?? 0,
    link: port,
    door: (key) =>
      doorsHaveAddresses()
        ? { address: addresses.get(key) ?? '127.0.0.1', port: port('doors') }
        : { address: '127.0.0.1', port: port(key) },
  })
  const powerDnsPort = layout.powerDns ? ports[powerDnsId(layout.owner)]?.dns : undefined
  const dns = dnsOf(plan, doors, port('dns'), undefined, powerDnsPort)
  const held = new Set(dns?.powerDns?.names.map(({ app }) => app))
  return {
    version: 1,
    fleet: plan.fleet.name,
    speed,
    pki: join(folder, 'pki'),
    links: linksOf(layout).map(
      ({ id, to: [engine, name], crosses }): LinkConfig => ({
        id,
        listen: port(id),
        target: ports[engine]?.[name] ?? 0,
        crosses,
      }),
    ),
    doors,
    dns,
    audiences: audiencesOf(plan, doors, ({ name }) =>
      held.has(name) && powerDnsPort !== undefined ? powerDnsPort : port('dns'),
    ),
    repositories: layout.clusters.some(({ flux }) => flux)
      ? { port: port('repositories'), ...repositoryFolders(folder) }
      : undefined,
  }
}
