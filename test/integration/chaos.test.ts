import { chaosTest } from '../chaos/suite.js'

chaosTest(30, 4)
