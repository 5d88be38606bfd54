// A process below the root of a tree: opens its side of the contender, then does what the root tells it.

import { join } from 'node:path'
import { enter } from './lib/actor.js'
import { joinControl } from './lib/control.js'

const place = JSON.parse(process.env.BENCH_PLACE)
joinControl(join(place.folder, 'control'), place.path, await enter(place))
