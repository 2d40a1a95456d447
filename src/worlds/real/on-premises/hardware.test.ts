import { expect, test } from 'vitest'
import { fleets, planOf } from '../../../artefacts/eks-anywhere/fleets.case.ts'
import { plannedClusters } from '../../../artefacts/eks-anywhere/view.ts'
import type { KubeClient } from '../../kube/client.ts'
import { missingHardware } from './hardware.ts'
import { limitSeconds } from './limits.ts'

const plan = planOf(fleets.bareMetal.text, fleets.bareMetal.attached)
const viewOf = (name: string) => {
  const found = plannedClusters(plan).find(({ view }) => view.name === name)
  if (found === undefined) throw new Error(`no cluster ${name}`)
  return found.view
}

/** Lists so many machines for each group. */
const knowing = (groups: Readonly<Record<string, number>>): KubeClient =>
  ({
    get: async (path: string) => {
      const group = decodeURIComponent(path).split('type=')[1] ?? ''
      return { items: Array.from({ length: groups[group] ?? 0 }, () => ({})) }
    },
  }) as unknown as KubeClient

test('machines that the management cluster does not know are brought to it by a person, who has their passwords', async () => {
  const missing = await missingHardware(plan, viewOf('plant'), knowing({ 'plant-cp': 3, 'plant-line': 1 }))
  expect(missing).toMatchObject({
    kind: 'person',
    what: expect.stringContaining('1 of 3 with the label type=plant-line, 0 of 2 with the label type=plant-office'),
  })
  const commands = missing?.kind === 'person' ? missing.commands : []
  expect(commands.some((it) => it.startsWith('eksctl anywhere generate hardware'))).toBe(true)
  expect(commands.at(-1)).toContain('kubectl --context hq apply --server-side --filename plant-hardware.yaml')
  const all = { 'plant-cp': 3, 'plant-line': 3, 'plant-office': 2 }
  expect(await missingHardware(plan, viewOf('plant'), knowing(all))).toBeUndefined()
})

test('bare metal is given longer than machines that somebody clones', () => {
  // 60 minutes for 3 machines one after the other, 20 for each of 5 workers
  expect(limitSeconds(viewOf('plant'))).toBe(3 * 20 * 60 + 5 * 20 * 60)
  const cloned = plannedClusters(planOf(fleets.vsphere.text)).find(({ view }) => view.name === 'plant')
  // an external etcd, the control plane, 10 minutes for each of 5 workers
  expect(limitSeconds(cloned?.view ?? viewOf('plant'))).toBe(3600 + 3600 + 5 * 10 * 60)
})
