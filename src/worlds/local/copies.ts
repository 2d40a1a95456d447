// The copies of apps in the objects of clusters: one answer for every world.

export {
  type ExpectedCopy,
  expectedCopies,
  labelTexts,
  objectsOf,
  placementOf,
  siteOfMember,
} from '../../artefacts/workloads/copies.ts'
