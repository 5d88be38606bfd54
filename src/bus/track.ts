// A header on its way between neighbours: see header-track.ts, which is kept apart because a neighbour has tracks too.

import { HeaderTrack } from './header-track.js'
import type { Neighbour } from './neighbour.js'

export type Track = HeaderTrack<Neighbour>
export const Track = HeaderTrack<Neighbour>
