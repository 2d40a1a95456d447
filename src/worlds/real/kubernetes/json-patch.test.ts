import { expect, test } from 'vitest'
import { isPatched, patched } from './json-patch.ts'

const flag = JSON.stringify([{ op: 'add', path: '/spec/template/spec/containers/0/command/-', value: '--more' }])
const port = JSON.stringify([{ op: 'replace', path: '/spec/ports/0/port', value: 32443 }])
const webhook = {
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'a', command: ['/bin/a'] }] } } },
  status: {},
}

test('a flag is added once, and nothing but the field that it is in is sent', () => {
  expect(isPatched(webhook, flag)).toBe(false)
  const once = patched(webhook, flag)
  expect(once).toEqual({
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'a', command: ['/bin/a', '--more'] }] } } },
  })
  expect(isPatched(once, flag)).toBe(true)
  expect(patched(once, flag)).toEqual(once)
})

test('what the API adds by itself does not make it another value', () => {
  const volume = JSON.stringify([
    { op: 'add', path: '/spec/volumes/-', value: { name: 'data', emptyDir: { medium: 'Memory' } } },
  ])
  const live = { spec: { volumes: [{ name: 'data', emptyDir: { medium: 'Memory' }, added: true }] } }
  expect(isPatched(live, volume)).toBe(true)
})

test('a value is replaced', () => {
  expect(patched({ spec: { ports: [{ port: 5443, name: 'https' }] } }, port)).toEqual({
    spec: { ports: [{ port: 32443, name: 'https' }] },
  })
})
