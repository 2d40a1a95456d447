// Flux's kustomize controller: builds what was fetched and applies it.

import type { EngineSpec } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import type { FluxConfig } from './flux-controller.ts'
import { fluxController } from './flux-controller.ts'

export const kustomizeControllerPorts = ['health'] as const

export const kustomizeController = (of: ControlPlane, config: FluxConfig<'health'>): EngineSpec =>
  fluxController(of, 'kustomize-controller', config)
