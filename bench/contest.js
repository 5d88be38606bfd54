// One measurement of one work with one contender, in a process of its own; prints its figures as a line of JSON.
//
//   node contest.js '{"workload":"one-way","adapter":"ipem","value":"object",…}'

process.on('uncaughtException', (error) => {
  console.error(error.message)
  process.exit(1)
})

const spec = JSON.parse(process.argv[2])
const { run } = await import(`./workloads/${spec.workload}.js`)
const figures = await run(spec)
// Some peers leave handles open that would keep this process.
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit())
