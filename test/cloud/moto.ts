// Another maker's mock of AWS, in an environment of its own that is made once: only what VPCs, IAM and Route 53 need, so that it starts
// in a second. It is no stand-in for ours: https://github.com/getmoto/moto reports success for types that it does not know.

import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const version = '5.2.5'
const wanted = [`moto[ec2,iam,route53]==${version}`, 'flask==3.1.3', 'flask-cors==6.0.5']
const environment = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skerry', `moto-${version}`)
const python = join(environment, 'bin', 'python')
/** Written last: an environment that was half made is made again. */
const made = join(environment, 'skerry-made')

/** Whether it is there; it is fetched where it is not. */
export function moto(): boolean | string {
  if (existsSync(made)) return true
  try {
    execFileSync('python3', ['-m', 'venv', '--clear', environment], { stdio: 'pipe' })
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...wanted], { stdio: 'pipe' })
    execFileSync(python, ['-c', `open(${JSON.stringify(made)}, 'w').close()`], { stdio: 'pipe' })
    return true
  } catch (error) {
    rmSync(environment, { recursive: true, force: true })
    return `python3 cannot install it: ${(error as Error).message.split('\n')[0]}`
  }
}

const program = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
`

export interface Moto {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** It ends with its standard input, so also when whoever started it is killed. */
export async function startMoto(): Promise<Moto> {
  const child: ChildProcess = spawn(python, ['-c', program], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH ?? '', MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  })
  const ended = once(child, 'close')
  if (child.stdout === null) throw new Error('moto has no output')
  for await (const line of createInterface({ input: child.stdout }))
    if (/^\d+$/.test(line))
      return {
        url: `http://127.0.0.1:${line}`,
        stop: async () => {
          child.stdin?.end()
          child.kill('SIGKILL')
          await ended
        },
      }
  throw new Error('moto ended before it listened')
}
