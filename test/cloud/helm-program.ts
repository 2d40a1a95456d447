// The stand-in for helm as a program of its own, for runs of the command itself: the same arguments, the values on stdin.

import { fakeHelm } from '../kubernetes/helm.ts'

let input = ''
for await (const part of process.stdin) input += String(part)
try {
  process.stdout.write(await fakeHelm().run(process.argv.slice(2), input))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
