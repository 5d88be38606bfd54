// The grandchild: stamps each receipt and sends it back along the way it came, wherever that was.

import { bus, takePart } from './ledger.js'

takePart('archive')
bus.on('receipt', function (number) {
  bus.sendTo(this.pids, 'stamped', number)
})
