import { expect, test } from 'vitest'
import { rangesOf, seedsOf, titlesIn } from './coverage-seeds.ts'

test('a marker names single numbers and ranges, and a title may hold two markers', () => {
  expect(seedsOf('opts in [seed 12]')).toEqual([12])
  expect(seedsOf('both [seed 12, 15-18] and [seeds 156]')).toEqual([12, 15, 16, 17, 18, 156])
  expect(seedsOf('a seed [12] elsewhere')).toEqual([])
})

test.each(['[seed 0]', '[seed 157]', '[seed 9-7]', '[seed]', '[seed 12a]', '[seed 1,,2]', '[seed 12'])(
  'a marker that cannot be read is an error: %s',
  (marker) => {
    expect(() => seedsOf(`a title ${marker}`)).toThrow('[seed')
  },
)

test('titles are read from test and it, also behind modifiers and tables', () => {
  const source = `
    test('one', () => {})
    it("two", () => {})
    test.only(\`three\`, () => {})
    test.each([['not a title']])('four %s', () => {})
    test.for\`table\`('five', () => {})
    test.skipIf(slow)('six', () => {})
    test.concurrent.each(rows)(\`seven \${name} end\`, () => {})
    describe('group', () => { test('eight ' + 'joined', () => {}) })
  `
  expect(titlesIn(source)).toEqual(['one', 'two', 'three', 'four %s', 'five', 'six', 'seven … end', 'eight joined'])
})

test('skipped and planned tests, comments and other calls are no titles', () => {
  const source = `
    test.skip('a [seed 1]', () => {})
    test.skip.each([1])('b [seed 2]', () => {})
    it.todo('c [seed 3]')
    describe('d [seed 4]', () => {})
    contest('e [seed 5]'); x.test('f [seed 6]'); test.each('g [seed 7]')
    // test('h [seed 8]', () => {})
  `
  expect(titlesIn(source)).toEqual([])
})

test('numbers are printed as compact ranges', () => {
  expect(rangesOf([1, 2, 3, 7, 9, 10])).toBe('1-3, 7, 9-10')
  expect(rangesOf([])).toBe('')
})
