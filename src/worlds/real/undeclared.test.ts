import { expect, test } from 'vitest'
import type { Fleet } from '../../model/fleet.ts'
import type { LedgerState } from './ledger.ts'
import { forgottenClusters } from './undeclared.ts'

const before: LedgerState = {
  version: 1,
  fleet: 'one',
  verb: 'up',
  clusters: [
    { name: 'office', context: 'office-admin' },
    { name: 'depot', context: 'admin', kubeconfig: 'depot.yaml' },
  ],
  work: {},
}
const fleetOf = (...clusters: readonly object[]): Fleet => ({ clusters }) as unknown as Fleet
const forgotten = (fleet: Fleet) => forgottenClusters(fleet, before).map(({ name }) => name)

test('a cluster that is called otherwise now has not left the file: what runs there is declared', () => {
  const renamed = { name: 'headquarters', kind: 'existing', existing: { context: 'office-admin' } }
  expect(forgotten(fleetOf(renamed))).toEqual(['depot'])
  expect(forgotten(fleetOf({ name: 'office-admin', kind: 'existing' }))).toEqual(['depot'])
})

test('a context of that name in another kubeconfig is another cluster', () => {
  const other = { name: 'other', kind: 'existing', existing: { context: 'admin', kubeconfig: 'other.yaml' } }
  expect(forgotten(fleetOf(other))).toEqual(['office', 'depot'])
})
