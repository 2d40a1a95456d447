// Names: dnsRecords for whoever makes templates, dnsFiles for people and for servers of their own.

export { addressOf } from './address.ts'
export { type Balancer, balancersIn } from './balancers.ts'
export { dnsFiles } from './files.ts'
export { nameIntents } from './intents.ts'
export { plainNames } from './plain.ts'
export { powerDnsFiles } from './powerdns.ts'
export { dnsRecords } from './records.ts'
export type * from './route53.ts'
