// process.send with serialization: 'advanced'.
import * as bare from './process-send.js'

export const title = 'process.send advanced'
export const parent = (file, count, env) => bare.parent(file, count, env, 'advanced')
export const child = bare.child
