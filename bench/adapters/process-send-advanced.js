// process.send with serialization: 'advanced', which keeps what structuredClone knows.

import { openWith } from './process-send.js'

export const open = (place, listener) => openWith('advanced', place, listener)
