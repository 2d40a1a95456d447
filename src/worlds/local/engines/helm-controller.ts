// Flux's helm controller: installs charts as releases.

import type { EngineSpec } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import type { FluxConfig } from './flux-controller.ts'
import { fluxController } from './flux-controller.ts'

export const helmControllerPorts = ['health'] as const

export const helmController = (of: ControlPlane, config: FluxConfig<'health'>): EngineSpec =>
  fluxController(of, 'helm-controller', config)
