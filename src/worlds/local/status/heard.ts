// What was last heard of each part, and when: kept beside the state, which only `up` and `down` may write.

export { type Age, ageOf, type Heard, heardAt, latest } from '../../kube/heard.ts'
