// A forked child with a child of its own: the archive.

import ipem from 'ipem'
import { takePart } from './ledger.js'

takePart('books')
ipem.fork(new URL('archive.js', import.meta.url))
