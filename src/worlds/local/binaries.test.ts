// What must be installed, told before anything is touched.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { plan, readFleet } from '../../index.ts'
import { requireEngines } from './binaries.ts'
import { layoutOf } from './layout.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))

test('without engines it is said what to type; Karmada is asked for only by who hosts it', async () => {
  const made = plan(await readFleet([source]))
  const none = { find: () => undefined, files: () => '' }
  expect(() => requireEngines(none, layoutOf(made, ['virginia']))).toThrow(
    expect.objectContaining({
      kind: 'refused',
      message: 'etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok are not installed',
      hint: 'skerry engines install etcd kubernetes kwok',
    }),
  )
  const kubernetes = {
    find: (name: string) => (name.startsWith('karmada') ? undefined : `/bin/${name}`),
    files: () => '/files',
  }
  expect(() => requireEngines(kubernetes, layoutOf(made, ['virginia', 'oregon']))).not.toThrow()
  expect(() => requireEngines(kubernetes, layoutOf(made, ['parent', 'plant']))).toThrow(
    expect.objectContaining({
      hint: 'skerry engines install karmada',
      message: expect.stringContaining('karmada-agent'),
    }),
  )
  const noStages = { find: (name: string) => `/bin/${name}`, files: () => '' }
  expect(() => requireEngines(noStages, layoutOf(made, ['virginia']))).toThrow('the files of kwok are not installed')
})
