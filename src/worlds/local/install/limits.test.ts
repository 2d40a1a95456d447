import { expect, test } from 'vitest'
import { limitsFor } from './limits.ts'

const gibibyte = 2 ** 30

test.each([
  { cores: 2, gib: 4, parallel: 2, gogc: 50 },
  { cores: 8, gib: 4, parallel: 4, gogc: 50 },
  { cores: 4, gib: 1, parallel: 1, gogc: 50 },
  { cores: 16, gib: 64, parallel: 16, gogc: undefined },
])('$cores cores with $gib GiB build $parallel at a time', ({ cores, gib, parallel, gogc }) => {
  expect(limitsFor(cores, gib * gibibyte)).toEqual(gogc === undefined ? { parallel } : { parallel, gogc })
})
