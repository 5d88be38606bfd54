// One message to eight children.
export const children = 8

export async function run({ channel, count, value, reports, cpuWatch, pump }) {
  const counting = reports('counting', children)
  channel.broadcast({ order: 'count', count })
  await counting
  const received = reports('received', children)
  const cpu = cpuWatch()
  const start = performance.now()
  await pump(channel, count, () => channel.broadcast(value))
  const sender = cpu()
  await received
  const seconds = (performance.now() - start) / 1000
  return { 'deliveries/s': (count * children) / seconds, 'sender µs/delivery': sender / (count * children) }
}
