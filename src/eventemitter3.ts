// What dist/ takes eventemitter3 from in Node: through `require` it is there 3 ms sooner than through `import`, which
// has to read all of a CommonJS module for its names first. It is the same class either way. Bundlers, which follow
// imports only, are led to the package itself by `imports` in package.json.

import { createRequire } from 'node:module'

export const { EventEmitter } = createRequire(import.meta.url)('eventemitter3') as typeof import('eventemitter3')
