import { describe, expect, test } from 'vitest'
import { examples, expectedOf, folderOf, keptIn } from '../scripts/golden.ts'

describe('what plan --out writes is what was reviewed (npm run golden writes it anew)', () => {
  test.each(examples)('%s', async (example) => {
    const made = await expectedOf(example)
    const kept = keptIn(folderOf(example))
    expect([...made.keys()].sort()).toEqual([...kept.keys()].sort())
    for (const [path, text] of made) expect(text, path).toBe(kept.get(path))
  })
})
