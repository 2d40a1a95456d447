// The process that stands for the world outside the clusters: node outside.js --control PORT --token FILE. What it is to be comes over its
// control, as does what is bad; it ends by SIGTERM.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { control } from './control.ts'
import { outside } from './outside.ts'

const { values } = parseArgs({ options: { control: { type: 'string' }, token: { type: 'string' } } })
const token = readFileSync(values.token ?? '', 'utf8').trim()
if (token === '') throw new Error('Error: the file of the token is empty')

// nobody reads the log any more: no reason to end
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
const say = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`)
const world = outside(say)
const server = control(world, token)
// known by its last words: the runner looks for them in the log
const cannotBegin = ({ message }: Error): void => {
  process.stderr.write(`Error: ${message}\n`)
  process.exit(1)
}
server.once('error', cannotBegin)
server.listen({ port: Number(values.control), host: '127.0.0.1' }, () => {
  server.off('error', cannotBegin)
  // such as too many open files
  server.on('error', world.failed)
  // the last resort, for a process that has begun: why it goes on is said in failures.ts
  process.on('uncaughtException', world.failed)
  process.on('unhandledRejection', world.failed)
  say(`control on ${values.control}`)
})

let ending = false
for (const name of ['SIGTERM', 'SIGINT'] as const)
  process.on(name, () => {
    if (ending) return
    ending = true
    server.close()
    server.closeAllConnections()
    void world.close().finally(() => process.exit(0))
  })
