// In-cluster name service at a site that has none of its own: its pods ask CoreDNS on nodes elsewhere (in the Region, where the
// site hangs on one). Without the way there the pods run on and pass the checks of their load balancer, and yet cannot find each other.

import { clusterDnsBack, clusterDnsLost } from '../../../timers/cluster-dns.ts'
import { powered } from '../reach.ts'
import type { Cause, Copy, Node, World } from '../state.ts'
import { isAway } from '../state.ts'

/** A link, or nodes on which CoreDNS runs, changed. */
export function reviewClusterDns(world: World, cause: Cause): void {
  for (const copy of world.copies.values()) if (copy.asksClusterDns) reviewCopy(world, copy, cause)
}

function reviewCopy(world: World, copy: Copy, cause: Cause): void {
  const { lookups } = copy
  const answered = isAnswered(copy)
  if (answered === lookups.answered) return
  lookups.answered = answered
  world.queue.cancel(lookups.turn)
  lookups.turn = undefined
  if (answered !== lookups.fail) return
  const timer = answered ? clusterDnsBack() : clusterDnsLost()
  lookups.turn = world.queue.at(
    world.queue.now + world.chance.between(timer.minSeconds, timer.maxSeconds, copy.subject, 'lookups'),
    () => {
      lookups.turn = undefined
      lookups.fail = !answered
      const { app, site } = copy
      const told = world.log.emit({
        subject: copy.subject,
        what: 'lookups',
        from: answered ? 'fail' : 'work',
        to: answered ? 'work' : 'fail',
        because: { cause, timer },
        text: answered
          ? `${app.name} at ${site.site.name} finds other services of its cluster by name again`
          : `${app.name} at ${site.site.name} runs, but finds no other service by name: cluster DNS is on the far side of its link`,
        site: site.site.name,
        app: app.name,
      })
      world.tell.serving(copy, told)
    },
  )
}

/** Whether a node that may hold cluster DNS is up and can be reached from the site of the copy. */
function isAnswered({ site, cluster }: Copy): boolean {
  const holding = cluster.nodes.filter((node) => node.site !== site && holdsClusterDns(node))
  return holding.some(
    (node) => powered(node) && node.kubelet && !node.rebooted && !isAway(site.link) && !isAway(node.site.link),
  )
}

export const holdsClusterDns = (node: Node): boolean => node.site.traits.holdsClusterDns.value
