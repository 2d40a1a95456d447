// The three kinds of document. One schema each gives the types, the published JSON Schema and the errors.

import type { z } from 'zod'
import { appDocument } from './app.ts'
import { drillDocument } from './drill.ts'
import { fleetDocument } from './fleet.ts'

export const documents = { Fleet: fleetDocument, App: appDocument, Drill: drillDocument }

export type DocumentKind = keyof typeof documents
export type FleetDocument = z.input<typeof fleetDocument>
export type AppDocument = z.input<typeof appDocument>
export type DrillDocument = z.input<typeof drillDocument>
export type Document = FleetDocument | AppDocument | DrillDocument
