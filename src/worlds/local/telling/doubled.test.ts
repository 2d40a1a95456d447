import { expect, test } from 'vitest'
import { readFleet } from '../../../fleet/read.ts'
import { plan } from '../../../plan/index.ts'
import { doubles } from './doubled.ts'

const made = plan(await readFleet(['examples/federation']))
const serving = (site: string, to: number, app = 'nginx') => ({
  ...{ atMs: 1, subject: `copy/${app}/${site}`, what: 'serving', to },
})

test('more pods that answer than were asked for: the app runs twice, until they are not more any more', () => {
  const seen = doubles(made)
  expect(seen.after(serving('virginia', 3))).toBeUndefined()
  expect(seen.after(serving('oregon', 3))).toBeUndefined()
  expect(seen.after(serving('oregon', 5))).toMatchObject({
    ...{ subject: 'binding/main/nginx', what: 'doubled', from: false, to: true },
    text: '8 replicas of nginx run where 6 were asked for: the old copy and the new one',
  })
  expect(seen.after(serving('oregon', 6))).toBeUndefined()
  expect(seen.after(serving('virginia', 0))).toMatchObject({ what: 'doubled', to: false })
})

test('of what is duplicated by intent, and of what was said besides, nothing follows', () => {
  const seen = doubles(made)
  expect(seen.after({ ...serving('virginia', 30), what: 'ready' })).toBeUndefined()
  expect(seen.after(serving('plant', 9, 'ledger'))).toBeUndefined()
})
