// Which links a fleet has, and over which hops they lead.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { plan, readFleet } from '../../../index.ts'
import type { Plan } from '../../../model/plan.ts'
import { enginesOf, portsWanted } from '../engines-of.ts'
import { layoutOf } from '../layout.ts'
import { choosePorts } from '../ports.ts'
import { linksOf } from './links/links-of.ts'
import { outsideOf } from './outside-of.ts'

const planOf = async (name: string): Promise<Plan> =>
  plan(await readFleet([fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url))]))

async function outsideFor(name: string) {
  const made = await planOf(name)
  const layout = layoutOf(made, undefined)
  const ports = await choosePorts(portsWanted(layout), {})
  const config = outsideOf(layout, ports, { folder: '/state', speed: 1 })
  return { layout, ports, config, crosses: new Map(config.links.map((link) => [link.id, link.crosses])) }
}

test('Karmada pushes over the way into each member, and to a plant over its service link; an agent comes from there', async () => {
  const { crosses, config, ports } = await outsideFor('federation')
  const host = ['site/parent/serviceLink', 'site/parent/power']
  expect(crosses.get('federation/main>cluster/virginia')).toEqual(['cluster/virginia/controlPlane', ...host])
  expect(crosses.get('cluster/plant>federation/main')).toEqual(['site/plant/serviceLink', 'site/plant/power', ...host])
  expect(crosses.get('site/virginia>cluster/virginia')).toEqual(['site/virginia/serviceLink', 'site/virginia/power'])
  // its control plane stands there: no link between the two, but one power
  expect(crosses.get('site/plant>cluster/plant')).toEqual(['site/plant/power'])
  const link = config.links.find(({ id }) => id === 'federation/main>cluster/virginia')
  expect(link).toMatchObject({
    listen: ports['fleet/federation/outside']?.['federation/main>cluster/virginia'],
    target: ports['cluster/virginia/kube-apiserver']?.https,
  })
  expect(config.links.filter(({ listen, target }) => listen === 0 || target === 0)).toEqual([])
})

test('Flux fetches over Git or the registry, and the service link of where its control plane stands', async () => {
  const layout = layoutOf(await planOf('federation'), undefined)
  const links = linksOf({ ...layout, clusters: layout.clusters.map((cluster) => ({ ...cluster, flux: true })) })
  const crosses = new Map(links.map((link) => [link.id, link.crosses]))
  expect(crosses.get('cluster/virginia>git')).toEqual(['git'])
  expect(crosses.get('cluster/plant>charts')).toEqual(['registry', 'site/plant/serviceLink', 'site/plant/power'])
  expect((await outsideFor('recovery')).config.repositories).toMatchObject({ git: '/state/outside/fleet.git' })
})

test('every engine that connects to another site does so over a link, and to a port of its own', async () => {
  const { layout, ports, config } = await outsideFor('federation')
  const engines = enginesOf(layout, ports, { folder: '/state', kwokFiles: '/kwok', outsideProgram: '/outside.js' })
  for (const { name, files } of engines) {
    if (name !== 'kwok' && name !== 'karmada-agent') continue
    const used = files.flatMap(({ text }) => /https:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? []).map(Number)
    expect(used).toHaveLength(1)
    expect(config.links.map(({ listen }) => listen)).toContain(used[0])
  }
  expect(new Set(config.links.map(({ listen }) => listen)).size).toBe(config.links.length)
})

test('what the process outside is started with does not change with what it is to be', async () => {
  const { layout, ports } = await outsideFor('federation')
  const fewer = layoutOf(await planOf('federation'), ['virginia'])
  const folders = { folder: '/state', kwokFiles: '/kwok', outsideProgram: '/outside.js' }
  const [all, less] = [layout, fewer].map((it) => enginesOf(it, ports, folders)[0]?.args)
  expect(less).toEqual(all)
})
