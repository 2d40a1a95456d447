// Kinds, from the files of an engine: created where they are not there, changed where they are others now. A mark on each says to the next
// `up` that nothing changed.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import { crdName, marked, markFor, markOf } from '../karmada/objects.ts'

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

export interface Crd {
  readonly name: string
  /** YAML. */
  readonly text: string
}

/** In a folder and below: the files that controller-gen writes. */
export function crdFiles(folder: string): readonly Crd[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((file) => {
      const name = crdName(file.split(/[\\/]/).at(-1) ?? '')
      return name === undefined ? [] : [{ name, text: readFileSync(join(folder, file), 'utf8') }]
    })
}

export async function applyCrds(client: KubeClient, crds: readonly Crd[], whose: string): Promise<void> {
  const there = await client.get<{ items: KubeObject[] }>(crdPath)
  const marks = new Map(there?.items.map(({ metadata }) => [metadata.name, markOf(metadata)]))
  await Promise.all(
    crds.map(async ({ name, text }) => {
      const mark = markFor(text)
      if (!marks.has(name)) await client.postYaml(crdPath, marked(text, mark))
      else if (marks.get(name) !== mark) await client.applyYaml(`${crdPath}/${name}`, marked(text, mark))
    }),
  )
  const groups = new Set(crds.map(({ name }) => name.slice(name.indexOf('.') + 1)))
  await until(`that ${whose}'s kinds are served`, async () => {
    const served = await servedIn(client, groups)
    return crds.every(({ name }) => served.has(name)) ? true : undefined
  })
}

interface GroupList {
  readonly groups: readonly { readonly name: string; readonly versions: readonly { readonly groupVersion: string }[] }[]
}

/** By their names as kinds have them, `works.work.karmada.io`. What discovery says is small; the kinds themselves are megabytes. */
async function servedIn(client: KubeClient, groups: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const list = await client.get<GroupList>('/apis')
  const found = await Promise.all(
    (list?.groups ?? [])
      .filter(({ name }) => groups.has(name))
      .flatMap(({ name, versions }) =>
        versions.map(async ({ groupVersion }) => {
          const it = await client.get<{ readonly resources: readonly { readonly name: string }[] }>(
            `/apis/${groupVersion}`,
          )
          return (it?.resources ?? []).map((resource) => `${resource.name}.${name}`)
        }),
      ),
  )
  return new Set(found.flat())
}
