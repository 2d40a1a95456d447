import { expect, test } from 'vitest'
import type { EngineSpec } from './engine.ts'
import { firstStart } from './first-start.ts'
import type { LocalState } from './state.ts'
import { walk } from './walk.ts'

const cluster = (name: string) => ({ kind: 'cluster' as const, name })
const engine = (owner: string, part: string, name: string, text: string) =>
  ({
    id: `cluster/${owner}/${part}`,
    name,
    owner: cluster(owner),
    files: [{ path: part, mode: 0o600, text }],
  }) as unknown as EngineSpec
const engines = (text: string) => [
  engine('virginia', 'etcd', 'etcd', ''),
  engine('virginia', 'kwok-virginia', 'kwok', text),
  engine('oregon', 'kwok-oregon', 'kwok', text),
]
const known = (...ids: readonly string[]) =>
  ({ engines: Object.fromEntries(ids.map((id) => [id, {}])) }) as unknown as LocalState

test('copies of a fresh fleet are ready at once; when all run, KWOK is started anew with the time that each takes', async () => {
  const did: string[] = []
  const run = async ({ id, files }: EngineSpec) => {
    did.push(`${id} ${files[0]?.text}`)
  }
  const [etcd, virginia] = engines('20 s')
  const first = firstStart(engines('20 s'), engines('at once'), known(), run)
  expect(etcd && first.of(etcd)).toBe(etcd)
  expect(virginia && first.of(virginia).files[0]?.text).toBe('at once')
  await walk([
    {
      id: 'cluster/oregon/apps-ready',
      needs: ['cluster/virginia/apps-ready'],
      run: async () => void did.push('all run'),
    },
    { id: 'cluster/virginia/apps-ready', needs: [], run: async () => undefined },
    ...first.tasks,
  ])
  expect(did).toEqual(['all run', 'cluster/virginia/kwok-virginia 20 s', 'cluster/oregon/kwok-oregon 20 s'])
})

test('what ran before keeps its times: only a cluster that is new comes up at once', () => {
  const [, virginia, oregon] = engines('20 s')
  const first = firstStart(engines('20 s'), engines('at once'), known('cluster/virginia/kwok-virginia'), async () => {})
  expect(virginia && first.of(virginia)).toBe(virginia)
  expect(oregon && first.of(oregon).files[0]?.text).toBe('at once')
  expect(first.tasks.map(({ id }) => id)).toEqual(['cluster/oregon/startups'])
})
