// The local world: a fleet's control planes as real engines on this machine, as plain processes, without Docker.

export { type Engines, enginesOfMachine } from './binaries.ts'
export { type DownReport, down } from './down.ts'
export { folderOf, foldersAt } from './folder.ts'
export { kubeconfig, kubeconfigMark } from './kubeconfig.ts'
export { type LogFile, logFiles } from './logs.ts'
export { readState } from './state.ts'
export { type LocalStatus, status } from './status.ts'
export { type UpReport, up } from './up.ts'
