// The names of a fleet as files: what Route 53 will hold, for people to review (the template of CloudFormation is made of the same data),
// and the zones of PowerDNS.

import type { Plan } from '../../model/plan.ts'
import type { Artefact } from '../artefact.ts'
import { nameIntents } from './intents.ts'
import { powerDnsFiles } from './powerdns.ts'
import { dnsRecords } from './records.ts'
import type { Reference } from './route53.ts'

export function dnsFiles(plan: Plan): readonly Artefact[] {
  const records = dnsRecords(plan)
  const powerDns = powerDnsFiles(plan, nameIntents(plan))
  if (records.zones.length === 0) return powerDns
  return [{ path: 'dns/route53.json', text: `${JSON.stringify(records, told, 2)}\n` }, ...powerDns]
}

/** A reference in a few words. */
function told(_: string, value: unknown): unknown {
  return isReference(value) ? referenceText(value) : value
}

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'ref' in value

export function referenceText(reference: Reference): string {
  switch (reference.ref) {
    case 'hostedZone':
      return `<hosted zone ${reference.zone}>`
    case 'vpc':
      return `<VPC of ${reference.network}>`
    case 'healthCheck':
      return `<health check ${reference.id}>`
    case 'alarm':
      return `<alarm ${reference.id}>`
    case 'loadBalancer':
      return `<${reference.attribute} of the load balancer of ${reference.app} at ${reference.site}>`
    case 'address':
      return `<address of ${reference.app} at ${reference.site}>`
  }
}
