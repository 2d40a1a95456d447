// Which load balancers names lead to, found in the references that stand for what is not known yet.

/** A copy and the site at which users reach it. */
export interface Balancer {
  readonly app: string
  readonly site: string
}

/** The load balancers that records, health checks or alarms name. */
export function balancersIn(all: readonly { readonly Properties: unknown }[]): readonly Balancer[] {
  const found = new Map<string, Balancer>()
  for (const { Properties } of all) {
    const text = JSON.stringify(Properties)
    for (const [, app = '', site = ''] of text.matchAll(/"ref":"loadBalancer","app":"([^"]*)","site":"([^"]*)"/g))
      found.set(`${app}/${site}`, { app, site })
  }
  return [...found.values()]
}
