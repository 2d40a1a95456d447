// Faults on the engines of this machine: what a drill needs of them. `up` and `down` take healing from `heal.ts` itself.

export { faultsOn } from './faults.ts'
export { faultsInForce } from './journal.ts'
