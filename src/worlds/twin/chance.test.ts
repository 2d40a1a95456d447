import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chanceFrom } from './chance.ts'

test('the same seed, entity and purpose give the same draws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (seed, entity, purpose) => {
      const [a, b] = [chanceFrom(seed), chanceFrom(seed)]
      for (let index = 0; index < 5; index += 1) expect(a.draw(entity, purpose)).toBe(b.draw(entity, purpose))
    }),
  )
})

test('draws of one entity do not move when another one draws', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (seed, others) => {
      const [alone, together] = [chanceFrom(seed), chanceFrom(seed)]
      for (let index = 0; index < others; index += 1) together.draw(`other ${index}`, 'phase')
      expect(together.draw('site', 'phase')).toBe(alone.draw('site', 'phase'))
    }),
  )
})

test('draws are spread evenly from 0 to 1, along occurrences, entities and seeds', () => {
  const chance = chanceFrom('even')
  const along = {
    occurrences: Array.from({ length: 20_000 }, () => chance.draw('one', 'phase')),
    entities: Array.from({ length: 20_000 }, (_, index) => chance.draw(`node/${index}`, 'phase')),
    seeds: Array.from({ length: 20_000 }, (_, index) => chanceFrom(`s${index}`).draw('one', 'phase')),
  }
  for (const draws of Object.values(along)) {
    const bins = new Array<number>(20).fill(0)
    for (const draw of draws) {
      expect(draw).toBeGreaterThanOrEqual(0)
      expect(draw).toBeLessThan(1)
      const bin = Math.floor(draw * 20)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    // chi square of 19 degrees of freedom: 43.8 is exceeded once in a thousand
    const chi = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chi).toBeLessThan(43.8)
    let product = 0
    for (let index = 1; index < draws.length; index += 1)
      product += ((draws[index] ?? 0) - 0.5) * ((draws[index - 1] ?? 0) - 0.5)
    expect(Math.abs(product / draws.length)).toBeLessThan(0.003)
  }
})

test('a shuffle keeps all items and brings every one to the front', () => {
  const chance = chanceFrom('shuffle')
  const fronts = new Set<number>()
  for (let index = 0; index < 100; index += 1) {
    const order = chance.shuffled([1, 2, 3, 4], 'x', 'order')
    expect([...order].sort()).toEqual([1, 2, 3, 4])
    fronts.add(order[0] ?? 0)
  }
  expect(fronts).toEqual(new Set([1, 2, 3, 4]))
})
