// What a drill makes in an account, its role and its schedules, is named so that a policy can be bound to the fleet's own.

/** Names may have 64 characters: the front of a long fleet's stays, and room for what tells its drills apart. */
export const drillPrefix = (fleet: string): string => `skerry-drill-${fleet}`.slice(0, 40)
