// `up` or `down` in a process of its own, so that a test can kill it: drive.case.ts VERB FLEET STATE-FOLDER CLUSTER...

import { plan, readFleet } from '../../../index.ts'
import { enginesOfMachine } from '../binaries.ts'
import { down } from '../down.ts'
import { up } from '../up.ts'

const [verb, source = '', folder = '', ...only] = process.argv.slice(2)
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const now = (): Date => new Date()

if (verb === 'down') await down({ folder, say, now })
else
  await up({
    plan: plan(await readFleet([source])),
    only,
    folder,
    source,
    engines: enginesOfMachine(process.env),
    ...{ say, now },
  })
