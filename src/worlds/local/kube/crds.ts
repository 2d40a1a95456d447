// Kinds, from the files of an engine: created where they are not there, changed where they are others now. A mark on each says to the next
// `up` that nothing changed.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
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
  await until(`that ${whose}'s kinds are served`, async () => {
    const list = await client.get<{ items: KubeObject[] }>(crdPath)
    const served = new Set((list?.items ?? []).filter(isEstablished).map(({ metadata }) => metadata.name))
    return crds.every(({ name }) => served.has(name)) ? true : undefined
  })
}

const isEstablished = ({ status }: KubeObject): boolean =>
  itemsAt(status, 'conditions').some((it) => at(it, 'type') === 'Established' && at(it, 'status') === 'True')
