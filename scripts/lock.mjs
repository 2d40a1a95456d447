// A lock between processes, for set-ups started at the same time. The lock is a file that names its owner by pid and start time,
// since a pid alone may belong to another process by now. It appears whole (a hard link is atomic), and a lock whose owner is
// gone is renamed away: of several who see it dead, one rename wins. Plain JavaScript, because scripts/setup.mjs needs it.
import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export async function locked(path, say, work) {
  const me = `${process.pid} ${startOf(process.pid)}`
  mkdirSync(dirname(path), { recursive: true })
  for (let waiting = false; !take(path, me); waiting = true) {
    const owner = ownerOf(path)
    if (owner !== undefined && !alive(owner)) takeAway(path, owner)
    else {
      if (!waiting) say(`waiting for another set-up (process ${owner?.split(' ')[0] ?? 'unknown'})`)
      await sleep(200)
    }
  }
  // process.exit() in the work runs this too; a kill leaves the lock to be found dead
  const release = () => ownerOf(path) === me && rmSync(path, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    release()
    process.off('exit', release)
  }
}

function take(path, me) {
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, me)
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(mine, { force: true })
  }
}

function takeAway(path, dead) {
  const aside = `${path}.${process.pid}.dead`
  try {
    renameSync(path, aside)
    // another process was quicker, and what was renamed is its new lock: put that back
    if (readFileSync(aside, 'utf8') !== dead) linkSync(aside, path)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function ownerOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function alive(owner) {
  const [pid, ...start] = owner.split(' ')
  return startOf(Number(pid)) === start.join(' ')
}

/** The start time of a process; empty when there is none. Linux says it in field 22 of /proc/PID/stat, others through ps. */
function startOf(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[19]
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
