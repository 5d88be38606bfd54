// An app with its own way to the package: the one that is on the bus already.
const ipem = require('ipem')

module.exports = (_, response) => response.end(JSON.stringify({ pid: process.pid, same: ipem.parentPid !== null }))
