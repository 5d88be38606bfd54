// The augmentation holds for `require('ipem')` too.

import ipem = require('ipem')

ipem.broadcast('job', 1, 'x').on('tick', () => {})
// @ts-expect-error there is no such event
ipem.broadcast('jobs')
