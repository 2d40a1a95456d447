// Names that Karmada and its chart have chosen; ours are in the files that make them.

export const systemNamespace = 'karmada-system'
/** Where Karmada keeps what it knows of its members; joins make the same namespace on each of them. */
export const clusterNamespace = 'karmada-cluster'

export const policyApi = 'policy.karmada.io/v1alpha1'
export const autoscalingApi = 'autoscaling.karmada.io/v1alpha1'
export const clusterApi = 'cluster.karmada.io/v1alpha1'

/** What runs on the members is not to be deleted by one wrong command against the control plane (pkg/apis/work/v1alpha2/well_known_constants.go). */
export const deletionProtected = { 'resourcetemplate.karmada.io/deletion-protected': 'Always' } as const
export const skipPropagation = { 'namespace.karmada.io/skip-auto-propagation': 'true' } as const
/** Flux leaves the object when it is gone from the repository. */
export const keptByFlux = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } as const

export const karmadaVersion = '1.18.2'
export const karmadaBundle = 'karmada'
export const membersBundle = 'karmada-members'
export const tenantsBundle = 'karmada-namespaces'

/** The label of what Karmada's own tools make. */
export const system = { 'karmada.io/system': 'true' } as const
export const rbacApi = 'rbac.authorization.k8s.io/v1'
export const rbacGroup = 'rbac.authorization.k8s.io'
