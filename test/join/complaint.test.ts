import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IpemError } from '../../src/errors.js'
import { complaintAbout } from '../../src/join/complaint.js'

const address = { host: '127.0.0.1', port: 7100 }
const byDefault = { port: false, socketPath: false, name: false }
const foreign = new IpemError('ERR_IPEM_FOREIGN', 'This process belongs to "a"', { ownName: 'a', peerName: 'b' })

test('with everything at its default a stranger is a warning that says what to set', () => {
  const complaint = complaintAbout(foreign, address, byDefault)
  assert.match(
    'warning' in complaint ? complaint.warning : '',
    /127\.0\.0\.1:7100.*"a".*socket\.port.*socket\.socketPath.*name/,
  )
})

test('where anything of it was set, a stranger is an error that says where and keeps its facts', () => {
  for (const option of ['port', 'socketPath', 'name']) {
    const complaint = complaintAbout(foreign, address, { ...byDefault, [option]: true })
    assert.ok('error' in complaint)
    const { error } = complaint
    assert.equal(error.code, 'ERR_IPEM_FOREIGN')
    assert.equal(error.name, 'IpemError')
    assert.deepEqual([error.ownName, error.peerName, error.address, error.cause], ['a', 'b', '127.0.0.1:7100', foreign])
    assert.match(error.message, /^Cannot join at 127\.0\.0\.1:7100: /)
  }
})

test('a bind that failed is an error in any case', () => {
  for (const code of ['ERR_IPEM_LISTEN', 'ERR_IPEM_INSECURE', 'ERR_IPEM_INVALID_OPTION'] as const) {
    const error = new IpemError(code, 'no')
    assert.deepEqual(complaintAbout(error, address, byDefault), { error })
  }
})

test('a cookie that cannot be had is no error to those who asked for no socket', () => {
  const error = new IpemError('ERR_IPEM_COOKIE', 'Set HOME')
  const complaint = complaintAbout(error, address, byDefault)
  assert.match('warning' in complaint ? complaint.warning : '', /^Set HOME/)
  assert.deepEqual(complaintAbout(error, address, { ...byDefault, port: true }), { error })
})
