import { expect, test } from 'vitest'
import { choosePorts } from '../../ports.ts'
import type { Decision } from './front.ts'
import { front } from './front.ts'

test('a request that cannot be decided is broken off, and the next one is answered', async () => {
  const port = (await choosePorts({ door: ['http'] }, {})).door?.http ?? 0
  const failures: unknown[] = []
  const decide = (path: string): Decision => {
    if (path === '/accident') throw new Error('by accident')
    return { kind: 'answer', status: 200, body: {}, afterMs: 0 }
  }
  const door = await front({
    ...{ address: '127.0.0.1', port, decide, isRefused: () => false, say: () => undefined },
    failed: (failure) => void failures.push(failure),
  })
  try {
    await expect(fetch(`http://127.0.0.1:${port}/accident`)).rejects.toThrow()
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
    expect(failures).toHaveLength(1)
  } finally {
    await door.close()
  }
})
