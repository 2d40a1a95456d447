import { expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import { refusalText } from './refusal-text.ts'

const at = { file: 'fleet.yaml', line: 4, column: 2 }

test('a refusal of one problem says it once, and once what to do', () => {
  const text = refusalText(
    new Refusal('usage', 'there is no file x', 'name a file', [
      { message: 'there is no file x', at, hint: 'name a file' },
    ]),
  )
  expect(text).toBe('skerry: there is no file x\n  next  name a file')
})

test('a fix that stands beside a problem is not repeated as what to do next', () => {
  const text = refusalText(
    new Refusal('input', 'two things are wrong', 'add it', [
      { message: 'a is missing', at, hint: 'add it' },
      { message: 'b is unknown', at, hint: 'did you mean c?' },
    ]),
  )
  expect(text.match(/add it/g)).toHaveLength(1)
  expect(text).toContain('fleet.yaml:4:2  b is unknown\n  fix   did you mean c?')
})

test('problems beyond the twentieth are counted', () => {
  const problems = Array.from({ length: 25 }, (_, index) => ({ message: `wrong ${index}`, at }))
  expect(refusalText(new Refusal('input', '25 things are wrong', 'mend them', problems))).toContain(
    'wrong 19\n  and 5 more like these\n  next  mend them',
  )
})
