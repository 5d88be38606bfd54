// CPU time of this process, in microseconds.

export function cpuWatch() {
  const start = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(start)
    return user + system
  }
}

/** Sends `count` times as fast as the channel takes it. */
export async function pump(channel, count, send) {
  for (let sent = 0; sent < count; ) {
    // A tick's worth at a time, as an application does.
    for (let burst = 0; burst < 100 && sent < count; burst++, sent++) send()
    if (channel.full()) await channel.drained()
    else if (sent % 10_000 === 0) await new Promise(setImmediate)
  }
}
