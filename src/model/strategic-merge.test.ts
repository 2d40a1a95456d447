// The orders are those that kustomize 5.8.1 gives for the same patches.

import { expect, test } from 'vitest'
import { isOwnKind, strategicMerge } from './strategic-merge.ts'

const pod = (containers: readonly object[]) => ({ spec: { containers } })
const merged = (before: object, patch: object) => strategicMerge(before, patch, true)

test('containers are joined by name, those of the patch first, in its order', () => {
  const before = pod([
    { name: 'a', image: 'a' },
    { name: 'b', image: 'b' },
    { name: 'c', image: 'c', tty: true },
  ])
  const patch = pod([
    { name: 'c', image: 'c2' },
    { name: 'new', image: 'n' },
    { name: 'a', $patch: 'delete' },
  ])
  expect(merged(before, patch)).toEqual(
    pod([
      { name: 'c', image: 'c2', tty: true },
      { name: 'new', image: 'n' },
      { name: 'b', image: 'b' },
    ]),
  )
})

test('ports that all say their protocol are told apart by both, and stay where they are; new ones come first', () => {
  const before = {
    ports: [
      { port: 80, protocol: 'TCP', name: 'a' },
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  }
  const patch = {
    ports: [
      { port: 82, protocol: 'TCP' },
      { port: 53, protocol: 'UDP', targetPort: 1 },
    ],
  }
  expect(merged(before, patch)).toEqual({
    ports: [
      { port: 82, protocol: 'TCP' },
      { port: 80, protocol: 'TCP', name: 'a' },
      { port: 53, protocol: 'UDP', targetPort: 1 },
      { port: 53, protocol: 'TCP' },
    ],
  })
  expect(
    merged({ ports: [{ port: 80 }, { port: 81 }] }, { ports: [{ port: 82 }, { port: 81, targetPort: 9 }] }),
  ).toEqual({
    ports: [{ port: 82 }, { port: 81, targetPort: 9 }, { port: 80 }],
  })
})

test('lists without a key are replaced, as are all lists of other kinds; null takes a field away', () => {
  expect(merged({ tolerations: [{ key: 'a' }], x: 1 }, { tolerations: [{ key: 'b' }], x: null })).toEqual({
    tolerations: [{ key: 'b' }],
  })
  expect(strategicMerge(pod([{ name: 'a' }]), pod([{ name: 'b' }]), isOwnKind('example.com/v1'))).toEqual(
    pod([{ name: 'b' }]),
  )
  expect(merged({ a: { b: 1 } }, { a: { $patch: 'replace', c: 2 } })).toEqual({ a: { c: 2 } })
})
