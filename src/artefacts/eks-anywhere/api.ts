/** Of all kinds by which EKS Anywhere is told of a cluster. */
export const anywhereApi = 'anywhere.eks.amazonaws.com/v1alpha1'
export const packagesApi = 'packages.eks.amazonaws.com/v1alpha1'
