// skerry, the command. Declares the verbs and their options, loads a verb only when it is asked for, and turns what comes back,
// or is thrown, into an exit code. Everything of interest happens in the library.

import { Command, CommanderError, Option } from 'commander'
import { Refusal } from '../model/refusal.ts'
import type { Shell, Verb } from './command.ts'
import type { ExitCode } from './exit.ts'
import { exit, exitHelp, exitOf } from './exit.ts'
import { Interrupted, listenForInterrupts } from './interrupt.ts'
import { refusalText } from './refusal-text.ts'
import type { FleetOptions } from './shell.ts'
import { shellOf, version } from './shell.ts'

let code: ExitCode = exit.done

export const program = new Command('skerry')
  .description(
    'Declare a Kubernetes fleet once, over Regions, edge zones and your own floors. skerry says what is wrong with it,\nplans it, and shows what happens when any part of it fails.',
  )
  .version(version, '-V, --version', 'print the version')
  .option('--no-color', 'no colour, as with NO_COLOR=1')
  .showSuggestionAfterError(true)
  .showHelpAfterError('(skerry --help lists the verbs)')
  .enablePositionalOptions()
  .addHelpText(
    'after',
    `
A first minute
  skerry demo                      the main job on five real fleets: findings, plan, a drill
  skerry init local-zone           the same fleet in this folder, to change
  skerry check                     what is wrong with it, where, why, and the fix
  skerry plan                      the steps, in order
  skerry drill                     every single loss, worst first
  skerry explain failover APP      every timer between a failure and a served user

FLEET is a file, a folder, or - for standard input; without it, the fleet in this folder or above it.

${exitHelp}`,
  )

const fleetOption = () => new Option('-f, --file <fleet...>', 'the fleet: files, folders, or -')
const narrowed = (command: Command) =>
  command
    .option('-l, --label <key=value...>', 'only sites with these labels, and what they need')
    .option('--site <name...>', 'only these sites, and what they need')
    .option('--class <name...>', 'only the sites of these classes, and what they need')
const output = (...formats: string[]) =>
  new Option('-o, --output <format>', 'form of the answer').choices(formats).default('text')
/** Of verbs that act on real places. */
const real = (command: Command) =>
  command
    .option('-y, --yes', 'on real: go on without asking; never counts for what is protected')
    .option('--protect-off <name...>', 'on real: these protected sites and clusters may be deleted')
    .addOption(ledgerOption())
    .option('--take-over', 'on real: take over the lock of a run that is gone')
    .option('--at-once <count>', 'on real: so much side by side in one Region (8)')
const ledgerOption = () =>
  new Option(
    '--ledger <place>',
    'on real: s3://BUCKET/PREFIX, where a team shares the fleet; else a file of this machine',
  )
const world = (usual: string) => new Option('--on <world>', 'where it runs').choices(['local', 'real']).default(usual)

verb(
  'demo',
  '[name]',
  'the main job on an example, in seconds: findings, plan, a drill, and what to type next',
  () => import('./commands/demo.ts').then((it) => it.demo),
  (command) =>
    command.addHelpText(
      'after',
      '\nExamples\n  skerry demo                all examples, in brief\n  skerry demo recovery       one of them',
    ),
)
verb(
  'init',
  '[template]',
  'a fleet to start from, in this folder',
  () => import('./commands/init.ts').then((it) => it.init),
  (command) =>
    command
      .option('--list', 'only list the templates')
      .option('--into <folder>', 'write there instead')
      .addHelpText('after', '\nExamples\n  skerry init --list\n  skerry init local-zone --into my-fleet'),
)
verb(
  'check',
  '[fleet...]',
  'what is wrong with the fleet, where, why, and the fix',
  () => import('./commands/check.ts').then((it) => it.check),
  (command) =>
    narrowed(command)
      .addOption(fleetOption())
      .addOption(output('text', 'json', 'sarif', 'junit', 'github'))
      .option('--strict', 'warnings end with exit code 1 too')
      .option('--accepted', 'show what the file accepts in full, not only by code')
      .addHelpText(
        'after',
        `\nExamples\n  skerry check                         the fleet of this folder\n  skerry check fleet.yaml apps/        files and folders\n  kustomize build . | skerry check -   standard input\n  skerry check -o junit > report.xml   for a pipeline\n\nA finding is accepted in the file, with a reason:\n  accept: [{ code: LZ005, at: sites.los-angeles, reason: "managed groups are wanted here" }]\n\n${exitHelp}`,
      ),
)
verb(
  'explain',
  '<what...>',
  'a law, a place, a field, a timer; or: failover APP, placement APP',
  () => import('./commands/explain.ts').then((it) => it.explain),
  (command) =>
    narrowed(command)
      .addOption(fleetOption())
      .addOption(output('text', 'json'))
      .addHelpText(
        'after',
        `\nExamples\n  skerry explain LZ016                         a law, its source, an example\n  skerry explain localZone                     what a kind of place allows\n  skerry explain sites.nodePools.volumeType    a field of the fleet file\n  skerry explain route53.healthCheck.down      a timer that a drill names\n  skerry explain failover game-2048            every gate, timer, taint and cache between a failure and a served user\n  skerry explain placement game-2048           why it runs where it runs\n  skerry explain placement till --site store-1  the same of one site of a class`,
      ),
)
verb(
  'plan',
  '[fleet...]',
  'the steps in order, where everything runs, and what changes',
  () => import('./commands/plan.ts').then((it) => it.plan),
  (command) =>
    narrowed(command)
      .addOption(fleetOption())
      .addOption(output('text', 'markdown', 'json'))
      .option('--against <file-or-folder>', 'an earlier plan (--save), output (--out) or fleet: show what changes')
      .option('--save <file>', 'write the plan, to be reviewed and carried out as it is')
      .option('--out <folder>', 'write what the real engines need, and a runbook, into a folder')
      .option('--verify <folder>', 'end with 1 unless the folder holds what --out would write')
      .option('--render <site>', 'the literal objects of one site, all put together; with --out into a folder')
      .option('--deliver <repository>', 'put the GitOps files on a branch of this clone, for a pull request')
      .option('--branch <name>', 'the branch that --deliver makes; left out, skerry/ and the name of the fleet')
      .option('--force', 'with --out or --deliver: overwrite what was changed by hand or is in the way')
      .option('--policy', 'what whoever deploys must be allowed: IAM policies as JSON, bound to this fleet')
      .option('--backward', 'the steps that take everything down, in order')
      .option('--exit-code', 'end with 5 when there are changes')
      .addHelpText(
        'after',
        '\nExamples\n  skerry plan                          against nothing: all that is to be made\n  skerry plan --save fleet.plan.json\n  skerry plan --against fleet.plan.json -o markdown    for a pull request\n  skerry plan --out out                what the engines need, and RUNBOOK.md\n  skerry plan --verify out             for a pipeline: is what is committed what the fleet says?\n  skerry plan --backward               the clean-up, in its order',
      ),
)
verb(
  'drill',
  '[name]',
  'break it, measure, judge; without a name: every single loss, worst first',
  () => import('./commands/drill.ts').then((it) => it.drill),
  (command) =>
    narrowed(command)
      .addOption(fleetOption())
      .addOption(output('text', 'json', 'junit'))
      .addOption(new Option('--on <world>', 'where to break it').choices(['twin', 'local', 'real']).default('twin'))
      .option('--seed <seed>', 'the run to show; the same seed gives the same timeline to the byte')
      .option('--runs <count>', 'further runs, each with other phases, for the ranges (64)')
      .option('--all', 'every drill of the fleet, one after the other')
      .option('--list', 'only list the drills')
      .option('--save <file>', 'write the timeline of the shown run')
      .option('--compare <worlds>', 'twin,local: measure it on the engines here, and hold the twin against it')
      .option('--yes', 'on real: yes beforehand to what it breaks and risks')
      .option('--protect-off <names...>', 'on real: names of protected sites that it may break')
      .addOption(ledgerOption())
      .addHelpText(
        'after',
        `\nExamples\n  skerry drill --list\n  skerry drill lose-los-angeles\n  skerry drill lose-los-angeles --seed 8f3a -o json\n  skerry drill --all -o junit > drills.xml\n  skerry drill                         every single loss, worst first\n\n${exitHelp}`,
      ),
)
verb(
  'engines',
  '<action...>',
  'install NAMES: the real engines, for worlds on this machine; list: what is installed',
  () => import('./commands/engines.ts').then((it) => it.engines),
  (command) =>
    command
      .addOption(output('text', 'json'))
      .option('--from <folder>', 'take programs that exist, or the cache of another machine, instead of building')
      .addHelpText(
        'after',
        '\nExamples\n  skerry engines install                     all of them, built with Go from locked sources\n  skerry engines install etcd kubernetes     some families, or programs of them\n  skerry engines install --from ./bin        programs that exist already\n  skerry engines list                        which, which version, where, how large\n\nSKERRY_CACHE says where they lie; KUBEBUILDER_ASSETS is looked into for etcd, kube-apiserver and kubectl.',
      ),
)
verb(
  'up',
  '[fleet...]',
  'the plan on real engines of this machine, or on AWS and your floors (--on real); goes on where it stopped',
  () => import('./commands/up.ts').then((it) => it.up),
  (command) =>
    narrowed(real(command))
      .addOption(fleetOption())
      .addOption(world('local'))
      .option('--only <cluster...>', 'on this machine: only these clusters; a federation comes with its host')
      .option(
        '--speed <factor>',
        'on this machine: shorten every constant of the engines by this factor, 1 to 60; left out: as it runs',
      )
      .addOption(output('text', 'json'))
      .option('--only-preflight', 'on real: only look whether it can be made')
      .addHelpText(
        'after',
        '\nExamples\n  skerry up --only virginia                      one control plane, with nodes\n  skerry up --only parent virginia oregon        Karmada, with two members\n  skerry up --speed 10                           ten minutes of a drill take one\n  skerry status\n  kubectl --kubeconfig <(skerry kubeconfig virginia) get nodes\n  skerry down\n\nThe engines come from: skerry engines install\n\n--on real is experimental until someone has run it on an account; skerry plan --out with your own pipeline is the supported way.\n  skerry plan --save reviewed.json && skerry up reviewed.json --on real     exactly what was reviewed',
      ),
)
verb(
  'status',
  '[fleet...]',
  'what runs, what is dead, and what has not been heard of',
  () => import('./commands/status.ts').then((it) => it.status),
  (command) =>
    command
      .addOption(fleetOption())
      .addOption(world('local'))
      .addOption(output('text', 'json', 'prometheus'))
      .option('--watch', 'again and again, until Ctrl-C: redrawn on a terminal, else a line each time')
      .option('--interval <seconds>', 'how long --watch waits between two looks', '2')
      .addOption(ledgerOption())
      .option('--drift', 'on real: also what differs from the declaration; takes API calls, and seconds to minutes')
      .addHelpText(
        'after',
        '\nThree honest states: ✓ as wanted, ✗ behind, and not heard of since. Whoever is silent while the others answer is not waited for.\n--watch ends with 0 on Ctrl-C; with -o json it prints one line for each look.\n\nExamples\n  skerry status --watch\n  skerry status -o json | jq ".apps[] | {app, state, ready}"\n  skerry status --on real --drift\n  skerry status -o prometheus > /var/lib/node_exporter/skerry.prom',
      ),
)
verb(
  'failback',
  '<app>',
  'an app that a lost member gave up goes back to where the fleet declares it, without a gap',
  () => import('./commands/failback.ts').then((it) => it.failback),
  (command) =>
    command
      .addOption(fleetOption())
      .addOption(world('local'))
      .addOption(output('text', 'json'))
      .option('--dry-run', 'only say what would be done, as commands')
      .addHelpText(
        'after',
        `\nNothing goes back by itself: Karmada moves replicas off a lost member, never back. New copies are ready before old ones go;\nwhat was killed in between is gone on with by the next failback.\n\nExamples\n  skerry failback nginx --dry-run\n  skerry failback nginx\n\n${exitHelp}`,
      ),
)
verb(
  'kubeconfig',
  '<cluster>',
  'the way into a cluster of this machine, or into Karmada by the name of its federation',
  () => import('./commands/kubeconfig.ts').then((it) => it.kubeconfig),
  (command) => command.addOption(fleetOption()).option('-O, --out <file>', 'write it there, for its owner only'),
)
verb(
  'logs',
  '<cluster> [engine]',
  'what the engines of a cluster say',
  () => import('./commands/logs.ts').then((it) => it.logs),
  (command) => command.addOption(fleetOption()).option('--follow', 'and what they say from now on'),
)
verb(
  'down',
  '[fleet...]',
  'ends what up started on this machine, and removes what it wrote; --on real deletes the whole fleet, after a question',
  () => import('./commands/down.ts').then((it) => it.down),
  (command) =>
    real(command)
      .option('--retain <stack/resource...>', 'on real: leave these behind where they cannot be deleted')
      .addOption(new Option('-o, --output <format>', 'on real: form of the answer').choices(['text', 'json']))
      .option('--all', 'on this machine: every fleet that was read from here, such as this one by its name from before')
      .addOption(fleetOption())
      .addOption(world('local')),
)
verb(
  'doctor',
  '',
  'what skerry found on this machine, and what that is good for',
  () => import('./commands/doctor.ts').then((it) => it.doctor),
  (command) => command.addOption(output('text', 'json')),
)
program
  .command('completion')
  .argument('<shell>', 'bash, zsh, fish or powershell')
  .description('a script that completes verbs, flags and names in your shell')
  .addHelpText(
    'after',
    '\nExamples\n  source <(skerry completion bash)\n  skerry completion fish > ~/.config/fish/completions/skerry.fish',
  )

function verb<Options>(
  name: string,
  names: string,
  description: string,
  load: () => Promise<Verb<Options>>,
  more: (command: Command) => Command,
): void {
  const command = new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .addOption(new Option('--no-color').hideHelp())
  for (const argument of names.split(' ').filter((it) => it !== '')) command.argument(argument)
  more(command)
  command.action(async (...given: unknown[]) => {
    const options = given.at(-2) as Options & FleetOptions
    const named = given.slice(0, -2).flat() as (string | undefined)[]
    const run = await load()
    code = await run(
      shell(options),
      named.filter((name) => name !== undefined),
      options,
    )
  })
  program.addCommand(command)
}

const shell = (options: FleetOptions & { readonly color?: boolean } = {}): Shell =>
  shellOf(options, program.opts<{ color: boolean }>().color && options.color !== false)

async function main(words: readonly string[]): Promise<ExitCode> {
  // a reader that has seen enough (`| head`) is no failure; a full disk is
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`skerry: cannot write the answer: ${error.message}\n`)
    process.exit(error.code === 'EPIPE' ? exit.done : exit.world)
  })
  process.stderr.on('error', () => undefined)
  listenForInterrupts()
  try {
    if (words[2] === 'completion' || words[2] === 'complete')
      await import('./completion.ts').then((it) => it.addCompletion(program, shell()))
    for (const command of [program, ...program.commands]) command.exitOverride()
    await program.parseAsync([...words])
    return code
  } catch (error) {
    return ended(error)
  }
}

function ended(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage
  if (error instanceof Interrupted) return exit.interrupted
  const { say } = shell().terminal
  if (error instanceof Refusal) {
    say(refusalText(error))
    return exitOf[error.kind]
  }
  const cause = error instanceof Error ? error : new Error(String(error))
  say(
    `skerry: a bug of ours: ${cause.message}\n  next  run it again with SKERRY_DEBUG=1 for the details, and report them with the fleet file if you may`,
  )
  if (process.env.SKERRY_DEBUG === '1') say(cause.stack ?? '')
  return exit.bug
}

process.exitCode = await main(process.argv)
// whoever does not want to wait is not kept waiting by what is still under way: all of it can be gone on with
if (process.exitCode === exit.interrupted) process.exit()
