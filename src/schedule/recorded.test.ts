import { expect, test } from 'vitest'
import { answerOf, canonical } from '../../test/schedule/answer.ts'
import { readRecording } from '../../test/schedule/recorded.ts'
import { gradeNodes } from './estimate.ts'
import { goSort } from './pdqsort.ts'

const { bindings, rooms, nodes } = readRecording()

test('2,000 recorded bindings are scheduled as Karmada 1.18.2 scheduled them', () => {
  expect(bindings).toHaveLength(2000)
  const differences = bindings.flatMap(([asked, answered], index) => {
    const [ours, karmadas] = [canonical(answerOf(asked)), canonical(answered)]
    return ours === karmadas ? [] : [{ index, ours, karmadas }]
  })
  expect(differences).toEqual([])
})

test('recorded sorts leave equal clusters in the order that Go left them in', () => {
  const orders = rooms.map(([{ rooms }]) => goSort([...rooms.keys()], (a, b) => Number(rooms[a]) > Number(rooms[b])))
  expect(orders).toEqual(rooms.map(([, { order }]) => order))
})

test('recorded nodes are in the grades that Karmada counted them in', () => {
  const grades = nodes.map(([{ models, nodes }]) => gradeNodes(models, nodes).map(({ count }) => count))
  expect(grades).toEqual(nodes.map(([, { grades }]) => grades))
})
