// Makes a whole fleet of a fragment: what it leaves out is added below it, from a small fleet of two Regions and a Local Zone. What
// is no document of ours is taken for the manifests of an app.

import { parse } from 'yaml'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'

/** The file of the fragment's own lines starts with three that say what it is. */
export const headLines = 3
const head = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: example }\n'

interface Filling {
  readonly name: string
  /** The name of what it needs, declared or filled in. */
  readonly needs?: string
  readonly text: string
}

const fillings: Readonly<Record<'networks' | 'clusters' | 'sites', readonly Filling[]>> = {
  networks: [
    { name: 'main', text: '{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }' },
    { name: 'east', text: '{ name: east, region: us-east-1, cidr: 10.20.0.0/16 }' },
  ],
  clusters: [
    { name: 'oregon', needs: 'main', text: '{ name: oregon, network: main, eks: { version: "1.35" } }' },
    { name: 'virginia', needs: 'east', text: '{ name: virginia, network: east, eks: { version: "1.35" } }' },
  ],
  sites: [
    {
      name: 'oregon',
      needs: 'oregon',
      text: '{ name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }',
    },
    {
      name: 'los-angeles',
      needs: 'oregon',
      text: '{ name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }',
    },
  ],
}

const manifestApp =
  'kind: App\nmetadata: { name: game }\nsource: { manifests: game.yaml }\nplacement: [{ site: oregon }]\n'

export function fleetOf(fragment: string): Fleet {
  const documents = fragment.split(/^---\n/m).filter((text) => text.trim() !== '')
  const kindOf = (text: string) => (parse(text) as { kind?: string }).kind ?? 'Fleet'
  const ofKind = (...kinds: string[]) => documents.filter((text) => kinds.includes(kindOf(text)))
  const [fleet = ''] = ofKind('Fleet')
  const ours = ofKind('App', 'Drill')
  const manifests = documents.filter((text) => text !== fleet && !ours.includes(text))
  const texts = [completed(fleet), ...ours, ...(manifests.length > 0 && ours.length === 0 ? [manifestApp] : [])]
  return fleetFrom(texts.map((text) => text.replace(/\n*$/, '\n')).join('---\n'), {
    'game.yaml': manifests.join('---\n'),
  })
}

function completed(fragment: string): string {
  const declared = (parse(fragment) ?? {}) as Record<string, { name: string }[] | undefined>
  let text = `${head}${fragment}`
  let there: readonly string[] = []
  for (const key of ['networks', 'clusters', 'sites'] as const) {
    const own = declared[key]
    if (own !== undefined) {
      there = own.map((item) => item.name)
      continue
    }
    const needed = there
    const added = fillings[key].filter((filling) => filling.needs === undefined || needed.includes(filling.needs))
    there = added.map((filling) => filling.name)
    if (added.length > 0) text += `${key}:\n${added.map((filling) => `  - ${filling.text}\n`).join('')}`
  }
  return text
}
