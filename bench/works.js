// The table: every work, who does it, and how much of it. `quick` names who takes part in a quick look.

const CONTROLS = ['process.send', 'process.send advanced', 'bare pipe', 'framed pipe']
const PEERS = ['node-ipc', 'zeromq', 'nats', 'axon']
const WIRE = ['ipem', ...CONTROLS, ...PEERS]
const RELAYS = ['ipem', 'process.send']
const SPREADERS = ['ipem', 'process.send', 'socket.io cluster adapter']

/** A window of time for rates, and what is sent before it and not counted. */
const PACE = { ms: 500, warmMs: 500 }
const QUICK_PACE = { ms: 350, warmMs: 500 }

const oneWay = (value, title, quick) => ({
  id: `one-way/${value}`,
  title: `One way, parent to child: ${title}`,
  workload: 'one-way',
  contenders: WIRE,
  quick,
  // What takes longer than this for a few of the largest messages is not waited for.
  full: { value, ...PACE, timeoutMs: value === 'buffer-64m' ? 14_000 : undefined },
  less: { value, ...QUICK_PACE },
})

const roundTrip = (inFlight, title, quick) => ({
  id: `round-trip/${inFlight}`,
  title: `Round trip, ${title}: 100 B object`,
  workload: 'round-trip',
  contenders: WIRE,
  quick,
  full: { value: 'object', inFlight, samples: 20_000 * (inFlight === 1 ? 1 : 2), warmUp: 5000 },
  less: { value: 'object', inFlight, samples: 4000, warmUp: 1500 },
})

const relay = (id, title, way, quick) => ({
  id: `relay/${id}`,
  title,
  workload: 'relay',
  contenders: RELAYS,
  quick,
  full: { value: 'object', ...way, ...PACE, samples: 5000, warmUp: 1000 },
  less: { value: 'object', ...way, ...QUICK_PACE, samples: 1000, warmUp: 500 },
})

const broadcast = (children, listening, title, quick) => ({
  id: `broadcast/${listening === children ? children : `${listening}-of-${children}`}`,
  title: `Broadcast of a 100 B object ${title}`,
  workload: 'broadcast',
  contenders: SPREADERS,
  quick,
  full: { value: 'object', children, listening, ...PACE },
  less: { value: 'object', children, listening, ...QUICK_PACE },
})

const inside = (id, title, workload, contenders, options) => ({ id, title, workload, contenders, ...options })

export const works = [
  oneWay('number', 'a number', ['ipem', 'process.send', 'bare pipe']),
  oneWay('object', '100 B object', WIRE),
  oneWay('structured', 'object with a Map and a Date', ['ipem', 'process.send advanced']),
  oneWay('buffer-1k', '1 KiB Buffer'),
  oneWay('object-16k', '16 KiB object'),
  oneWay('buffer-1m', '1 MiB Buffer', ['ipem', 'bare pipe']),
  oneWay('buffer-64m', '64 MiB Buffer (less 64 KiB, to stay below the default limit)'),
  roundTrip(1, 'one in flight', ['ipem', 'process.send']),
  roundTrip(100, '100 in flight'),
  relay('siblings', 'Sibling to sibling through the parent', { shape: [2], from: '0', to: '1', relays: [''] }, RELAYS),
  relay('grandchildren', 'Grandchild to grandchild: over two children and the root', {
    shape: [2, 1],
    from: '0.0',
    to: '1.0',
    relays: ['0', '', '1'],
  }),
  {
    id: 'relay/many-to-one',
    title: '16 children to their parent',
    workload: 'many-to-one',
    contenders: RELAYS,
    full: { value: 'object', children: 16, ...PACE, samples: 5000, warmUp: 1000 },
  },
  broadcast(2, 2, 'to 2 children'),
  broadcast(8, 8, 'to 8 children', ['ipem', 'process.send']),
  broadcast(32, 32, 'to 32 children'),
  broadcast(8, 1, 'to 8 children of whom one listens'),
  {
    id: 'request',
    title: 'Request and reply, 100 B object: rate with 100 in flight, times with one',
    workload: 'request',
    contenders: ['ipem', 'birpc', 'nats'],
    quick: ['ipem', 'birpc'],
    full: { value: 'object', samples: 20_000, warmUp: 5000, inFlight: 100 },
    less: { value: 'object', samples: 3000, warmUp: 1000, inFlight: 100 },
  },
  inside('local-emit', 'A purely local emit', 'local-emit', ['ipem', 'eventemitter3', 'node:events'], {
    quick: ['ipem', 'eventemitter3'],
    full: { calls: 3_000_000 },
    less: { calls: 500_000 },
  }),
  inside('nobody', 'Multicast with nobody interested', 'nobody', ['ipem'], {
    quick: ['ipem'],
    full: { value: 'object', calls: 3_000_000 },
    less: { value: 'object', calls: 500_000 },
  }),
  inside('once-cycles', '10,000 once cycles in a tree of eight', 'once-cycles', ['ipem'], {
    simulated: true,
    quick: ['ipem'],
    // The same number each time.
    quickRuns: 1,
    full: { cycles: 10_000 },
    less: { cycles: 10_000 },
  }),
  inside('join/one', 'Join: from fork to online', 'join', ['ipem', 'child_process.fork'], {
    quick: ['ipem', 'child_process.fork'],
    full: { children: 10 },
    less: { children: 3 },
  }),
  inside('join/100', 'Join: 100 children at once', 'join', ['ipem', 'child_process.fork'], {
    full: { children: 100, atOnce: true, timeoutMs: 120_000 },
  }),
  inside('join/10000', 'Join: a tree of 10,000 on memory links', 'join-simulated', ['ipem'], {
    simulated: true,
    full: { processes: 10_000, timeoutMs: 60_000 },
  }),
  inside('import', 'Import', 'import-cost', ['ipem', 'node-ipc', 'zeromq'], {
    quick: ['ipem'],
    full: { pairs: 10, timeoutMs: 60_000 },
    less: { pairs: 4 },
  }),
]
