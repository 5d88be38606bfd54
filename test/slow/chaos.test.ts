import { chaosTest } from '../chaos/suite.js'

chaosTest(120, 10)
