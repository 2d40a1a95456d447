// What Karmada's scheduler answered, recorded, so that the port is held to it where there is no Go. Questions and answers stand in
// pairs; engines/karmada-scheduler/record.ts writes the file anew.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Answer } from './answer.ts'
import type { Case } from './random-case.ts'
import type { randomNodes } from './random-parts.ts'

export const recordedFile = new URL('recorded.json.gz', import.meta.url)

export interface Recording {
  readonly bindings: Pairs<Case, Answer>
  readonly rooms: Pairs<{ readonly rooms: readonly number[] }, { readonly order: readonly number[] }>
  readonly nodes: Pairs<ReturnType<typeof randomNodes>, { readonly grades: readonly number[] }>
}

type Pairs<Question, Given> = readonly (readonly [Question, Given])[]

export const readRecording = (): Recording => JSON.parse(gunzipSync(readFileSync(recordedFile)).toString())
