// A child that comes online, and waits.
import ipem from '../../dist/index.js'

ipem.start()
