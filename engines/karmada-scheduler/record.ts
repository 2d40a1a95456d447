// Writes test/schedule/recorded.json.gz anew: what Karmada's scheduler answers to drawn questions, for the tests that have no Go.
//   npx tsx engines/karmada-scheduler/record.ts
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Case } from '../../test/schedule/random-case.ts'
import { randomCase } from '../../test/schedule/random-case.ts'
import { randomNodes, randomRooms } from '../../test/schedule/random-parts.ts'
import type { Recording } from '../../test/schedule/recorded.ts'
import { recordedFile } from '../../test/schedule/recorded.ts'
import { ask, buildOracle } from './oracle.ts'

const oracle = buildOracle()
const recorded = <Q extends object, A>(count: number, question: (seed: number) => Q): (readonly [Q, A])[] => {
  const questions = Array.from({ length: count }, (_, seed) => question(seed))
  const answers = ask<A>(oracle, questions)
  return questions.map((each, index) => [each, answers[index] as A] as const)
}

// mostly few clusters: the file is read by people too, and stays small
const recording: Recording = {
  bindings: recorded(2000, (seed): Case => randomCase(seed, { small: 87, medium: 11 })),
  rooms: recorded(80, (seed) => ({ rooms: randomRooms(seed) })),
  nodes: recorded(40, (seed) => randomNodes(seed)),
}
writeFileSync(recordedFile, gzipSync(`${JSON.stringify(recording)}\n`, { level: 9 }))
