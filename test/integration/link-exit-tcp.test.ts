import { exitSuite } from './link-exit-suite.js'

exitSuite('tcp')
