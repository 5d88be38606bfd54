// A child that sends its first message, and waits.
process.on('message', () => {})
process.send('here')
