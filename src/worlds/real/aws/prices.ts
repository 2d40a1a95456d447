// What things that are left behind cost a day, so that a person knows whether to hurry. List prices of us-east-1, on demand, without tax:
// about so much, since prices change and other Regions differ by some ten percent, edge zones by more.

export type Priced =
  | 'address'
  | 'natGateway'
  | 'endpoint'
  | 'loadBalancer'
  | 'cluster'
  | 'hostedZone'
  | 'healthCheck'
  | 'volumeGibibyte'
  | 'instance'
  | 'free'

interface Price {
  readonly dollarsPerDay: number
  readonly source: string
  /** When the figure was seen there, or told of it by somebody who names the Region; left out, it is about so. */
  readonly asOf?: string
}

const hour = (dollars: number): number => Math.round(dollars * 24 * 100) / 100
const month = (dollars: number): number => Math.round((dollars / 30) * 100) / 100

const prices: Readonly<Record<Priced, Price>> = {
  address: { dollarsPerDay: hour(0.005), source: 'https://aws.amazon.com/vpc/pricing/', asOf: '2026-02' },
  natGateway: { dollarsPerDay: hour(0.045), source: 'https://aws.amazon.com/vpc/pricing/', asOf: '2026-02' },
  /** In one zone; in each further one as much again. */
  endpoint: { dollarsPerDay: hour(0.01), source: 'https://aws.amazon.com/privatelink/pricing/', asOf: '2026-06' },
  /** Application or network, without what passes through it. */
  loadBalancer: { dollarsPerDay: hour(0.0225), source: 'https://aws.amazon.com/elasticloadbalancing/pricing/' },
  /** Of a version in standard support; in extended support six times as much. */
  cluster: { dollarsPerDay: hour(0.1), source: 'https://aws.amazon.com/eks/pricing/', asOf: '2026-06' },
  /** Each of the first 25. */
  hostedZone: { dollarsPerDay: month(0.5), source: 'https://aws.amazon.com/route53/pricing/', asOf: '2026-09' },
  /** Of what stands in AWS, and the first 50 of those are free; elsewhere 0.75 a month. */
  healthCheck: { dollarsPerDay: month(0.5), source: 'https://aws.amazon.com/route53/pricing/', asOf: '2026-09' },
  /** A gibibyte of gp3. */
  volumeGibibyte: { dollarsPerDay: 0.08 / 30, source: 'https://aws.amazon.com/ebs/pricing/' },
  /** Depends on its type too much for one figure: that of a t3.medium. */
  instance: { dollarsPerDay: hour(0.0416), source: 'https://aws.amazon.com/ec2/pricing/on-demand/', asOf: '2025-01' },
  free: { dollarsPerDay: 0, source: '' },
}

export const dollarsPerDay = (what: Priced, amount = 1): number =>
  Math.round(prices[what].dollarsPerDay * amount * 100) / 100
