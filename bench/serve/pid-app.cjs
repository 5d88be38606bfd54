module.exports = (_, response) => response.end(String(process.pid))
