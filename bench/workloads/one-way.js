// Parent to child, as fast as it goes.
export const children = 1

export async function run({ channel, count, value, reports, cpuWatch, pump }) {
  const counting = reports('counting', 1)
  channel.send(0, { order: 'count', count })
  await counting
  const received = reports('received', 1)
  const cpu = cpuWatch()
  const start = performance.now()
  await pump(channel, count, () => channel.send(0, value))
  const [{ cpu: receiverCpu }] = await received
  const seconds = (performance.now() - start) / 1000
  return { 'events/s': count / seconds, 'sender µs/event': cpu() / count, 'receiver µs/event': receiverCpu / count }
}
