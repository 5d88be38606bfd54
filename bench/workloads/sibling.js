// Sibling to sibling through the parent.
export const children = 2

export async function run({ channel, count, value, reports, cpuWatch }) {
  channel.relay()
  const counting = reports('counting', 1)
  channel.send(1, { order: 'count', count })
  await counting
  const received = reports('received', 1)
  const cpu = cpuWatch()
  const start = performance.now()
  channel.send(0, { order: 'send-to-sibling', count, sibling: channel.pid(1), value })
  await received
  const seconds = (performance.now() - start) / 1000
  return { 'events/s': count / seconds, 'relay µs/event': cpu() / count }
}
