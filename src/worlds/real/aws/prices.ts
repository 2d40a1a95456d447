// What things that are left behind cost a day, so that a person knows whether to hurry. List prices of us-east-1, on demand, without tax;
// as of November 2026; other Regions differ by some ten percent, edge zones by more.

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
}

const hour = (dollars: number): number => Math.round(dollars * 24 * 100) / 100

const prices: Readonly<Record<Priced, Price>> = {
  address: { dollarsPerDay: hour(0.005), source: 'https://aws.amazon.com/vpc/pricing/' },
  natGateway: { dollarsPerDay: hour(0.045), source: 'https://aws.amazon.com/vpc/pricing/' },
  endpoint: { dollarsPerDay: hour(0.01), source: 'https://aws.amazon.com/privatelink/pricing/' },
  loadBalancer: { dollarsPerDay: hour(0.0225), source: 'https://aws.amazon.com/elasticloadbalancing/pricing/' },
  cluster: { dollarsPerDay: hour(0.1), source: 'https://aws.amazon.com/eks/pricing/' },
  hostedZone: { dollarsPerDay: Math.round((0.5 / 30) * 100) / 100, source: 'https://aws.amazon.com/route53/pricing/' },
  healthCheck: { dollarsPerDay: Math.round((0.5 / 30) * 100) / 100, source: 'https://aws.amazon.com/route53/pricing/' },
  /** A gibibyte of gp3. */
  volumeGibibyte: { dollarsPerDay: 0.08 / 30, source: 'https://aws.amazon.com/ebs/pricing/' },
  /** Depends on its type too much for one figure: that of a t3.medium. */
  instance: { dollarsPerDay: hour(0.0416), source: 'https://aws.amazon.com/ec2/pricing/on-demand/' },
  free: { dollarsPerDay: 0, source: '' },
}

export const dollarsPerDay = (what: Priced, amount = 1): number =>
  Math.round(prices[what].dollarsPerDay * amount * 100) / 100
