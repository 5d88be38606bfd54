// An express app as most are: it listens by itself, and is served unchanged. Its `listen` gets a socket of the master, at
// the place that the command line says. express is not a dependency of this project: npm install express.
//
//   node examples/serve/express-listen.cjs                  one process at port 8080
//   ipem serve examples/serve/express-listen.cjs            one for each core, at port 8080
//   ipem serve examples/serve/express-listen.cjs -p 3000    one for each core, at port 3000

const express = require('express')

const app = express()
app.get('/', (_request, response) => {
  response.send(`active in process ${process.pid}`)
})

app.listen(8080, () => console.log(`process ${process.pid} serves`))
