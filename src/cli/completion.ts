// Completion for four shells, by a library: verbs and flags come from the program itself, names of drills and apps from the fleet.
// Loaded only when a shell asks.

import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import type { Fleet } from '../model/fleet.ts'
import type { Shell } from './command.ts'

const namesFor: Readonly<Record<string, (fleet: Fleet) => readonly string[]>> = {
  drill: (fleet) => fleet.drills.map((drill) => drill.name),
  failback: (fleet) =>
    fleet.apps
      .filter(({ placement }) => placement.some(({ federation }) => federation !== undefined))
      .map((app) => app.name),
  kubeconfig: (fleet) => [...fleet.clusters, ...fleet.federations].map((it) => it.name),
  logs: (fleet) => [...fleet.clusters, ...fleet.federations].map((it) => it.name),
  explain: (fleet) => ['failover', 'placement', ...fleet.apps.map((app) => app.name)],
}

/** Puts the library's commands in the place of the one that only the help shows. */
export async function addCompletion(program: Command, shell: Shell): Promise<void> {
  const shown = program.commands as Command[]
  const placeholder = shown.findIndex((command) => command.name() === 'completion')
  if (placeholder >= 0) shown.splice(placeholder, 1)
  const completion = tab(program, { completionCommandName: 'completion' })
  // a fleet that cannot be read completes nothing: this is no place for complaints
  const fleet = await shell.fleet([]).catch(() => undefined)
  for (const [verb, names] of Object.entries(namesFor)) {
    for (const argument of completion.commands.get(verb)?.arguments.values() ?? []) {
      argument.handler = (add) => {
        if (fleet !== undefined) for (const name of names(fleet)) add(name, '')
      }
    }
  }
}
