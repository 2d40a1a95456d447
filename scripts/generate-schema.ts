// Writes the JSON Schemas that come from the zod schemas: of the fleet file, for editors, and of a saved plan. Tests say when they
// are out of date.

import { writeFileSync } from 'node:fs'
import { editorSchema } from '../src/fleet/json-schema.ts'
import { planSchema } from '../src/plan/index.ts'

for (const [file, schema] of Object.entries({ 'fleet.json': editorSchema(), 'plan.json': planSchema() })) {
  writeFileSync(new URL(`../schema/${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
}
