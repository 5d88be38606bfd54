// Sockets a master is given at its start: by the master before it (SIGUSR2), or by systemd.

import { type HandedListener, type Listeners, SYSTEMD } from './listeners.js'

export const UPGRADE_VARIABLE = 'IPEM_SERVE_UPGRADE'

/** The first descriptor that systemd passes. */
const SD_LISTEN_FDS_START = 3

/** What an old master tells the new one. */
export interface UpgradeOffer {
  readonly oldPid: number
  readonly listeners: readonly HandedListener[]
}

export interface Inheritance {
  /** The master that has started this one; null without one. */
  readonly oldPid: number | null
}

/** Takes them in, and removes what names them: nobody below is to take them again. */
export function takeInheritance(listeners: Listeners, env: NodeJS.ProcessEnv = process.env): Inheritance {
  const offer = env[UPGRADE_VARIABLE]
  delete env[UPGRADE_VARIABLE]
  const systemd = env.LISTEN_PID === String(process.pid) ? Number(env.LISTEN_FDS) : 0
  delete env.LISTEN_PID
  delete env.LISTEN_FDS
  delete env.LISTEN_FDNAMES
  if (offer !== undefined) {
    const { oldPid, listeners: handed } = JSON.parse(offer) as UpgradeOffer
    for (const one of handed) listeners.adopt(one)
    return { oldPid }
  }
  for (let n = 0; n < (Number.isInteger(systemd) ? systemd : 0); n++) {
    const fd = SD_LISTEN_FDS_START + n
    listeners.adoptNameless(fd, `${SYSTEMD}${fd}`)
  }
  return { oldPid: null }
}
