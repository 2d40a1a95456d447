// A fault in words: what is taken away, where.

import { durationText } from '../model/duration.ts'
import type { Fault } from '../model/fleet.ts'

type Words = Omit<Fault, 'at' | 'for' | 'origin'>

export function faultText(fault: Words): string {
  const where = fault.site ?? fault.cluster ?? fault.zone ?? fault.region ?? 'the fleet'
  if (fault.slow !== undefined)
    return `${fault.app ?? where}${fault.app === undefined ? '' : ` at ${where}`} answers ${durationText(fault.slow)} later`
  if (fault.scaleTo !== undefined) return `${fault.app} at ${where} is scaled to ${fault.scaleTo}`
  if (fault.checkPort !== undefined) return `the health check of ${fault.app} at ${where} asks port ${fault.checkPort}`
  if (fault.delete !== undefined) return `the ${fault.delete} of ${fault.app} at ${where} is deleted by hand`
  if (fault.release !== undefined)
    return `a version of ${fault.app} is released that ${fault.release === 'broken' ? 'never becomes ready' : 'crashes once it is ready'}`
  switch (fault.lose) {
    case 'power':
      return `${where} loses its power`
    case 'uplink':
      return `${where} loses its uplink${refused(fault)}`
    case 'serviceLink':
      return `${where} loses the link to its control plane${refused(fault)}`
    case 'internet':
      return `${where} loses its way to the internet${refused(fault)}`
    case 'nodes':
      return `${where} loses ${fault.count === undefined ? 'its nodes' : fault.count === 1 ? 'one node' : `${fault.count} nodes`}`
    case 'controlPlane':
      return `${fault.cluster === undefined ? where : `the cluster ${where}`} loses its control plane`
    case 'etcd':
      return `the cluster ${where} loses its etcd`
    case 'everything':
      return `${fault.zone === undefined ? 'the Region' : 'the zone'} ${where} is gone`
    case 'app':
      return `${fault.app} at ${where} is gone`
    case 'git':
      return 'the Git server is gone'
    case 'registry':
      return 'the image registry is gone'
    case undefined:
      return 'nothing is taken away'
  }
}

const refused = ({ how }: Words): string => (how === 'refuse' ? ' (connections are refused)' : '')
