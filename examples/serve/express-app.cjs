// An express app that does not listen: it exports itself, and `ipem serve` does the rest. express is not a dependency of
// this project: npm install express.
//
//   ipem serve examples/serve/express-app.cjs -p 3000

const express = require('express')

const app = express()
app.get('/', (_request, response) => {
  response.send('active')
})

// Alone, with `node express-app.cjs`, it listens by itself.
if (!process.env.IPEM) app.listen(process.env.PORT || 3000)

module.exports = app
