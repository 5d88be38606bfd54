// What is sent.

export const values = {
  number: 42,
  object: { id: 123456, name: 'a name of some length', ok: true, tags: ['one', 'two', 'three'], rate: 0.5 },
}
