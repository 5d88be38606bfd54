import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { addKnownErrorConstructor } from 'serialize-error'
import { IpemError } from '../../src/errors.js'
import { decodePayload, encodePayload } from '../../src/wire/payload.js'
import { any, key, SURVIVING } from './payload-arbitraries.js'
import { documentation } from './payload-docs.js'

const MAX_BYTES = 64 * 1024 * 1024

/** Rows of the first table that have a test of their own below. */
const TESTED_APART = ['Error', 'cycles and shared references']

function trip(...args: unknown[]): unknown[] {
  const bytes = encodePayload(args, MAX_BYTES)
  return decodePayload(bytes, 0, bytes.length)
}

function tripOne<T>(value: T): T {
  return trip(value)[0] as T
}

/** Same kinds, same parts, and the same places where one object stands twice. */
function assertIsomorphic(actual: unknown, expected: unknown, twins = new Map<unknown, unknown>()): void {
  if (typeof expected !== 'object' || expected === null) {
    assert.ok(Object.is(actual, expected))
    return
  }
  if (twins.has(expected)) {
    assert.equal(actual, twins.get(expected))
    return
  }
  twins.set(expected, actual)
  assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected))
  const [left, right] = [partsOf(actual), partsOf(expected)]
  assert.equal(left.length, right.length)
  left.forEach((part, index) => {
    assertIsomorphic(part, right[index], twins)
  })
}

function partsOf(value: unknown): unknown[] {
  if (value instanceof Map) return [...value].flat(1)
  return value instanceof Set ? [...value] : Object.entries(value as object).flat(1)
}

describe('values that survive a trip', () => {
  for (const [row, arbitrary] of Object.entries(SURVIVING)) {
    it(`keeps ${row}, alone and within others`, () => {
      fc.assert(
        fc.property(arbitrary, any, key, (value, neighbour, name) => {
          const args = [value, { [name]: value }, neighbour, new Map([[value, [value]]])]
          assert.deepStrictEqual(tripOne(value), value)
          assert.deepStrictEqual(trip(...args), args)
        }),
        { numRuns: 50 },
      )
    })
  }

  it('keeps any mixture of them', () => {
    fc.assert(
      fc.property(fc.array(any), (args) => {
        assert.deepStrictEqual(trip(...args), args)
      }),
      { numRuns: 150 },
    )
  })

  it('keeps cycles and shared references through every container', () => {
    const node = fc.record({ kind: fc.nat(4), links: fc.array(fc.tuple(key, fc.nat(30)), { maxLength: 6 }) })
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 20 }), (nodes) => {
        const objects: object[] = nodes.map(({ kind }) => [[], {}, new Map(), new Set(), Object.create(null)][kind])
        nodes.forEach(({ links }, index) => {
          const from = objects[index]
          for (const [name, target] of links) {
            const to = objects[target % objects.length]
            if (Array.isArray(from)) from.push(to)
            else if (from instanceof Map) from.set(target % 2 === 0 ? name : to, to)
            else if (from instanceof Set) from.add(to)
            else Object.assign(from as object, { [name]: to })
          }
        })
        // The Date has the structured form taken, also where there is no cycle.
        assertIsomorphic(trip(new Date(0), ...objects)[1], objects[0])
      }),
      { numRuns: 150 },
    )
  })

  it('keeps shared leaves', () => {
    for (const leaf of [
      new Date(1),
      /x/,
      Buffer.from('x'),
      new Uint16Array(2),
      new ArrayBuffer(1),
      Object(1),
      new Error(),
    ]) {
      const [first, second, last] = trip(leaf, [leaf], new Date(0)) as [unknown, unknown[], Date]
      assert.equal(first, second[0])
      assert.deepStrictEqual(last, new Date(0))
    }
  })

  it('keeps keys that mean something to those who look at an object', () => {
    const object = { constructor: 1, toJSON: 2, hasOwnProperty: 3, prototype: { toString: 4 }, length: 5 }
    assert.deepStrictEqual(trip(object, [object]), [object, [object]])
    assert.deepStrictEqual(trip(object, new Date(0)), [object, new Date(0)])
  })

  it('keeps invalid dates', () => {
    const [date, map] = trip(new Date(Number.NaN), new Map([[new Date(Number.NaN), 1]])) as [Date, Map<Date, number>]
    for (const arrived of [date, ...map.keys()]) {
      assert.ok(arrived instanceof Date)
      assert.ok(Number.isNaN(arrived.getTime()))
    }
  })

  it('keeps an object of more than 65,535 keys and an array of more than 65,535 elements', () => {
    const object = Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`key ${index}`, index]))
    const array = Array.from({ length: 70_000 }, (_, index) => index)
    assert.deepStrictEqual(trip(object, array), [object, array])
    assert.deepStrictEqual(trip(object, array, new Date(0)), [object, array, new Date(0)])
  })

  it('keeps what lies 1,000 deep', () => {
    let value: unknown = 'bottom'
    for (let depth = 1; depth < 1_000; depth++) value = depth % 2 === 0 ? [value] : { value }
    assert.deepStrictEqual(tripOne(value), value)
  })

  it('reads in one process what one of another version of ipem has written with more depth than it takes itself', () => {
    // 500 arrays in plain form: today's writer stops at 32 and takes the structured form.
    const bytes = Buffer.concat([Buffer.from([0]), Buffer.alloc(500, 0x91), Buffer.from([0xc0])])
    assert.equal(JSON.stringify(decodePayload(bytes, 0, bytes.length)).length, 500 + 4 + 500)
  })

  it('keeps halves of surrogate pairs and byte order marks, in values and keys', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 120 }), (units) => {
        const string = String.fromCharCode(...units)
        assert.equal(tripOne(string), string)
        assert.deepStrictEqual(tripOne({ [`${string}k`]: 1 }), { [`${string}k`]: 1 })
      }),
    )
  })
})

describe('errors that survive a trip', () => {
  const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

  it('keeps class, name, message, stack, code, cause and fields', () => {
    const parts = fc.record({ name: fc.nat(ERRORS.length - 1), message: fc.string(), code: fc.string(), cause: any })
    fc.assert(
      fc.property(
        parts,
        fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), any),
        ({ name, message, code, cause }, fields) => {
          const ErrorClass = ERRORS[name] as ErrorConstructor
          const { name: _name, message: _message, stack: _stack, cause: _cause, errors: _errors, ...own } = fields
          const error = Object.assign(new ErrorClass(message, { cause }), own, { code })
          const arrived = tripOne(error)
          assert.equal(Object.getPrototypeOf(arrived), ErrorClass.prototype)
          assert.equal(arrived.name, error.name)
          assert.equal(arrived.message, message)
          assert.equal(arrived.stack, error.stack)
          assert.deepStrictEqual(arrived.cause, cause)
          assert.deepStrictEqual({ ...arrived }, { ...error })
          assert.equal(Object.getOwnPropertyDescriptor(arrived, 'cause')?.enumerable, false)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('keeps a chain of causes, an AggregateError and errors in every container', () => {
    const inner = new RangeError('inner')
    const middle = new TypeError('middle', { cause: inner })
    const all = new AggregateError([middle, inner, 'text'], 'all', { cause: middle })
    const [map, list] = trip(new Map([['k', all]]), [all, inner]) as [Map<string, AggregateError>, Error[]]
    const arrived = map.get('k') as AggregateError
    assert.ok(arrived instanceof AggregateError)
    assert.ok(arrived.errors[0] instanceof TypeError)
    assert.equal(arrived.errors[0].cause, arrived.errors[1])
    assert.equal(arrived.errors[0], arrived.cause)
    assert.equal(arrived.errors[2], 'text')
    assert.equal(Object.getOwnPropertyDescriptor(arrived, 'errors')?.enumerable, false)
    assert.equal(list[0], arrived)
    assert.equal(list[1], arrived.errors[1])
  })

  it('keeps an error that is its own cause', () => {
    const error: Error = new Error('ring')
    error.cause = error
    const arrived = tripOne(error)
    assert.equal(arrived.cause, arrived)
  })

  it('keeps the name of an error of another class, and its code where the class has it', () => {
    class QuotaError extends Error {
      override readonly name = 'QuotaError'
      get code() {
        return 'E_QUOTA'
      }
    }
    const arrived = tripOne<Error & { code?: string }>(new QuotaError('full'))
    assert.equal(Object.getPrototypeOf(arrived), Error.prototype)
    assert.equal(arrived.name, 'QuotaError')
    assert.equal(arrived.code, 'E_QUOTA')
    assert.equal(tripOne(new DOMException('stop', 'AbortError')).name, 'AbortError')
    assert.equal(tripOne(new IpemError('ERR_IPEM_GONE', 'left', { pid: '1-a' })).code, 'ERR_IPEM_GONE')
  })

  it('keeps an error whose class here has a getter by the name of one of its fields', () => {
    class PhaseError extends Error {
      override readonly name = 'PhaseError'
      get code() {
        return 'E_PHASE'
      }
    }
    addKnownErrorConstructor(PhaseError)
    assert.ok(tripOne(new PhaseError('x')) instanceof PhaseError)
    assert.equal(tripOne(new PhaseError('x')).code, 'E_PHASE')
    assert.equal(tripOne(Object.assign(new Error('x'), { name: 'DOMException', code: 5 })).message, 'x')
  })

  it('leaves out the fields of an error that cannot travel, with all that is in them', () => {
    const shared = { kept: true }
    const error = Object.assign(new Error('m'), {
      before: shared,
      request: { shared, deep: [1, { agent: () => 1 }], later: {} },
      symbol: Symbol('s'),
      after: shared,
    })
    Object.defineProperty(error, 'broken', {
      enumerable: true,
      get() {
        throw new Error('getter')
      },
    })
    error.cause = { stop: () => 1 }
    const arrived = tripOne<Error>(error)
    assert.deepStrictEqual({ ...arrived }, { before: { kept: true }, after: { kept: true } })
    assert.equal((arrived as typeof error).before, (arrived as typeof error).after)
    assert.ok(!('cause' in arrived))
  })

  it('gives an error without a stack none of its own', () => {
    const error = new TypeError('no stack')
    delete error.stack
    assert.equal(tripOne(error).stack, 'TypeError: no stack')
  })

  it('keeps an error whose parts are not text', () => {
    const error = Object.assign(new Error('m'), { message: 5, name: undefined, stack: null })
    const arrived = tripOne<Error>(error as unknown as Error)
    assert.deepStrictEqual([arrived.name, arrived.message, arrived.stack], ['Error', '', 'Error: '])
  })
})

describe('values that arrive as something else', () => {
  it('makes a plain object of an instance of a class, of its own enumerable fields, and calls no toJSON', () => {
    class Point {
      readonly x = 1
      readonly #y = 2
      get sum() {
        return this.x + this.#y
      }
      toJSON() {
        throw new Error('called')
      }
    }
    assert.deepStrictEqual(tripOne<object>(new Point()), { x: 1 })
    assert.deepStrictEqual(tripOne<object>(Object.create({ inherited: 1 }, { hidden: { value: 2 } })), {})
    assert.deepStrictEqual(tripOne<object>(argumentsOf(1, 2)), { 0: 1, 1: 2 })
  })

  it("makes the base class of a subclass of the language's own", () => {
    class MyMap extends Map<string, number> {
      override *entries(): ReturnType<Map<string, number>['entries']> {}
    }
    class MyArray extends Array<number> {}
    class MyBytes extends Uint8Array {}
    class MyDate extends Date {}
    assert.deepStrictEqual(tripOne<unknown>(new MyMap([['k', 1]])), new Map([['k', 1]]))
    assert.deepStrictEqual(tripOne<unknown>(MyArray.of(1, 2)), [1, 2])
    assert.deepStrictEqual(tripOne<unknown>(MyBytes.of(1, 2)), Uint8Array.of(1, 2))
    assert.deepStrictEqual(tripOne<unknown>(new MyDate(5)), new Date(5))
  })

  it('drops keys that are symbols or not enumerable, and fields of what is not an object or array of its own', () => {
    const object = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 })
    assert.deepStrictEqual(tripOne<object>(object), { a: 1 })
    assert.deepStrictEqual(tripOne<object>(Object.assign(new Map([[1, 2]]), { extra: 1 })), new Map([[1, 2]]))
    assert.deepStrictEqual(tripOne<object>(Object.assign([1], { extra: 1 })), [1])
  })

  it('fills holes of an array with undefined', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    assert.deepStrictEqual(tripOne([1, , 3]), [1, undefined, 3])
  })

  it('starts a RegExp at its beginning', () => {
    const regExp = /a/g
    regExp.test('aa')
    assert.equal(tripOne(regExp).lastIndex, 0)
  })

  it('gives each view memory of its own, and only what it shows', () => {
    const pool = new ArrayBuffer(64)
    const [left, right] = trip(new Uint8Array(pool, 8, 4), new DataView(pool, 10, 2)) as [Uint8Array, DataView]
    assert.deepStrictEqual([left.byteOffset, left.length, left.buffer.byteLength], [0, 4, 4])
    assert.deepStrictEqual([right.byteOffset, right.byteLength, right.buffer.byteLength], [0, 2, 2])
  })

  it('copies what a view of shared memory shows', () => {
    const view = new Uint8Array(new SharedArrayBuffer(2))
    assert.ok(tripOne(view).buffer instanceof ArrayBuffer)
  })

  it('has shared references of a payload that is plain otherwise arrive as copies', () => {
    const shared = { a: 1 }
    const [left, right] = trip(shared, shared)
    assert.deepStrictEqual(left, right)
    assert.notEqual(left, right)
  })

  it('reads a getter for its value, twice at most', () => {
    let reads = 0
    const object = {
      get value() {
        reads++
        return 1
      },
    }
    assert.deepStrictEqual(tripOne(object), { value: 1 })
    assert.ok(reads <= 2, `${reads} reads`)
    reads = 0
    trip(object, new Date(0))
    assert.ok(reads <= 2, `${reads} reads`)
  })
})

describe('values that are refused', () => {
  const deep = (depth: number) => {
    let value: unknown[] = []
    for (let index = 1; index < depth; index++) value = [value]
    return value
  }
  const growing = new Map<string, object>()
  growing.set('a', { get: 1, [Symbol.iterator]: 1, ...{} })
  growing.set(
    'b',
    Object.defineProperty({}, 'x', { enumerable: true, get: () => growing.set(`c${growing.size}`, {}).size }),
  )

  const cases: [what: string, value: unknown, path: string, got: RegExp][] = [
    ['a function', () => 1, 'args[0]', /^a function$/],
    ['a symbol', { a: Symbol.iterator }, 'args[0].a', /^a symbol$/],
    ['a method', { list: [1, { callback() {} }] }, 'args[0].list[1].callback', /^a function$/],
    ['a function in a Map', new Map([['k', () => 1]]), 'args[0].get("k")', /^a function$/],
    ['a function by a key that is an object', new Map([[{}, () => 1]]), 'args[0].get(<key 0>)', /^a function$/],
    [
      'a function in a key of a Map',
      new Map([[1, 1], [{ f() {} }, 1] as never]),
      'args[0].keys()[1].f',
      /^a function$/,
    ],
    ['a function in a Set', new Set([1, () => 1]), 'args[0].values()[1]', /^a function$/],
    ['a key that is no name', { 'a-b': { '': () => 1 } }, 'args[0]["a-b"][""]', /^a function$/],
    ['a promise', Promise.resolve(), 'args[0]', /Promise$/],
    ['a promise with fields', Object.assign(Promise.resolve(), { id: 1 }), 'args[0]', /Promise$/],
    ['a WeakMap', { m: new WeakMap() }, 'args[0].m', /WeakMap$/],
    ['a WeakSet', new WeakSet(), 'args[0]', /WeakSet$/],
    ['a WeakRef', new WeakRef({}), 'args[0]', /WeakRef$/],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1), 'args[0]', /SharedArrayBuffer$/],
    ['an iterator', new Map().entries(), 'args[0]', /Map Iterator$/],
    ['a generator', (function* () {})(), 'args[0]', /Generator$/],
    ['an object of the platform', new URL('http://localhost'), 'args[0]', /URL$/],
    ['a boxed symbol', Object(Symbol()), 'args[0]', /^a symbol$/],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":1}}'), 'args[0].a.__proto__', /prototype/],
    ['a Map that changes while it is read', growing, 'args[0].keys()[2]', /changes/],
    ['more than 1,000 levels', deep(1_000), `args${'[0]'.repeat(48)}[0…`, /deeper than 1000/],
  ]
  for (const [what, value, path, got] of cases) {
    it(`refuses ${what} by its path`, () => {
      assert.throws(
        () => encodePayload([value, 'after'], MAX_BYTES),
        (error) => {
          assert.ok(error instanceof IpemError)
          assert.equal(error.code, 'ERR_IPEM_UNSERIALIZABLE')
          assert.ok(String(error.path).startsWith(path), `${error.path}`)
          assert.ok(path.endsWith('…') || error.path === path, `${error.path}`)
          assert.match(String(error.got), got)
          assert.ok(error.message.includes(String(error.path)) && error.message.includes(String(error.got)))
          return true
        },
      )
    })
  }

  it('refuses what throws when it is read, with that as the cause', () => {
    const cause = new Error('not today')
    const value = {
      get secret(): never {
        throw cause
      },
    }
    assert.throws(() => encodePayload([1, { value }], MAX_BYTES), {
      code: 'ERR_IPEM_UNSERIALIZABLE',
      path: 'args[1].value.secret',
      cause,
    })
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    assert.throws(() => encodePayload([{ revoked: revoked.proxy }], MAX_BYTES), { path: 'args[0].revoked' })
  })

  it('is none the worse for it', () => {
    assert.throws(() => encodePayload([{ a: 'x'.repeat(1_000), f() {} }], MAX_BYTES))
    assert.deepStrictEqual(trip('next', [1]), ['next', [1]])
  })
})

describe('the page on values', () => {
  it('lists as surviving exactly what is tested above', () => {
    const section = documentation()
      .split('\n### ')
      .find((part) => part.startsWith('What arrives as it was'))
    const rows = [...(section ?? '').matchAll(/^\| (.+?) \|/gm)].map((match) => match[1] as string).slice(2)
    assert.deepStrictEqual(rows.toSorted(), [...Object.keys(SURVIVING), ...TESTED_APART].toSorted())
  })
})

function argumentsOf(..._args: unknown[]): object {
  // biome-ignore lint/complexity/noArguments: it is what is tested
  return arguments
}
