// Names for what the classes of an ipem do for each other and users must not: fields and methods under these are on
// nobody's way, neither in a list of an object's own fields nor in a subclass.

export const kDeliver = Symbol('ipem.deliver')
export const kDuring = Symbol('ipem.during')
export const kEmitOwn = Symbol('ipem.emitOwn')
export const kInfo = Symbol('ipem.info')
export const kListeningChanged = Symbol('ipem.listeningChanged')
export const kRetire = Symbol('ipem.retire')
export const kRunning = Symbol('ipem.running')
