// There and back, one in flight.
export const children = 1

export async function run({ channel, count, value, reports, onEcho }) {
  const echoing = reports('echoing', 1)
  channel.send(0, { order: 'echo' })
  await echoing
  let arrived = () => {}
  onEcho(() => arrived())
  const times = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await new Promise((resolve) => {
      arrived = resolve
      channel.send(0, value)
    })
    times.push((performance.now() - start) * 1000)
  }
  times.sort((a, b) => a - b)
  return { 'p50 µs': times[Math.floor(count * 0.5)], 'p99 µs': times[Math.floor(count * 0.99)] }
}
