// Every error ipem makes: one class, one table of codes.
// docs/errors.md explains each code to the user; a test keeps table, type and page equal.

/** What each code means, in one line. The key is `error.code`. */
export const ERROR_CODES = Object.freeze({
  ERR_IPEM_ABORTED: 'the caller aborted the request',
  ERR_IPEM_ALREADY_STARTED: 'start() was called before, so this is too late',
  ERR_IPEM_APP: 'an app that is to be served does not start',
  ERR_IPEM_AUTH: 'the other side of a socket could not prove that it knows the cookie',
  ERR_IPEM_CHILD_EXITED: 'a child process ended before it was online',
  ERR_IPEM_CLOSED: 'close() was called, this ipem takes no more part',
  ERR_IPEM_CONFIG: 'the configuration of a server is wrong',
  ERR_IPEM_COOKIE: 'the cookie file cannot be read, written or trusted',
  ERR_IPEM_DAEMON: 'a server in the background does not serve',
  ERR_IPEM_DUPLICATE_COPY: 'another copy of ipem in this process already holds the link to the parent',
  ERR_IPEM_DUPLICATE_PID: 'a process with this pid is already in the tree',
  ERR_IPEM_FOREIGN: 'the process at the other end belongs to another application',
  ERR_IPEM_GAVE_UP: 'a child crashed too often within the period, it is not restarted any more',
  ERR_IPEM_GONE: 'the process that was asked has left before it answered',
  ERR_IPEM_HANDLER_EXISTS: 'a handler for this request is already registered',
  ERR_IPEM_HANDSHAKE: 'the other end of a new connection did not complete the handshake in time',
  ERR_IPEM_HOOK: 'a hook of the configuration has thrown',
  ERR_IPEM_INSECURE: 'listening beyond this machine needs TLS or an explicit insecure: true',
  ERR_IPEM_INVALID_ARG: 'an argument has the wrong type or value',
  ERR_IPEM_INVALID_OPTION: 'an option is unknown or has the wrong type or value',
  ERR_IPEM_INVALID_ROUTE: 'the route given to sendTo does not end at this process or is malformed',
  ERR_IPEM_LISTEN: 'the listening socket could not be bound',
  ERR_IPEM_MISSING_PEER: 'a package that is needed for this is not installed',
  ERR_IPEM_NO_HANDLER: 'the process that was asked has no handler for this request',
  ERR_IPEM_NO_SERVER: 'there is no server to be controlled, or not only one',
  ERR_IPEM_NOT_PRIMARY: 'only the primary of a cluster can fork cluster workers',
  ERR_IPEM_NOT_STARTED: 'start() has not been called yet',
  ERR_IPEM_OVERFLOW: 'a queue is full, the message was refused',
  ERR_IPEM_PROTOCOL: 'the other end of a link sent something that is not the protocol',
  ERR_IPEM_REMOTE: 'the handler in the other process failed without a code of its own',
  ERR_IPEM_RESERVED_EVENT: 'this event name belongs to ipem itself and cannot be sent',
  ERR_IPEM_RING: 'joining here would make the tree a ring',
  ERR_IPEM_RUNNING: 'the pidfile names a process that lives',
  ERR_IPEM_SCHEMA: 'the arguments of an event do not fit the schema given for it',
  ERR_IPEM_SPAWN: 'a child process could not be started',
  ERR_IPEM_TIMEOUT: 'the answer did not come in time',
  ERR_IPEM_TOO_LARGE: 'a message is larger than the limit',
  ERR_IPEM_TOO_MANY: 'a limit on concurrent requests or connections is reached',
  ERR_IPEM_UNREACHABLE: 'no process with this pid can be reached along this way',
  ERR_IPEM_UNSERIALIZABLE: 'an argument contains a value that cannot travel between processes',
  ERR_IPEM_VERSION: 'the other end speaks another version of the protocol',
} as const)

/** The union of all `error.code` values of an {@link IpemError}. */
export type IpemErrorCode = keyof typeof ERROR_CODES

/** Data that travels with an error as own fields, next to `cause`. */
export interface IpemErrorFields {
  readonly cause?: unknown
  readonly [field: string]: unknown
}

/**
 * The only class of error ipem itself throws, rejects with or emits.
 *
 * Branch on `code`, never on the message text. Further facts are own fields of the error
 * (`pid`, `path`, `limit`, …); the page `docs/errors.md` lists them for each code.
 */
export class IpemError extends Error {
  override readonly name: string
  readonly code: IpemErrorCode
  readonly [field: string]: unknown

  constructor(code: IpemErrorCode, message: string, fields: IpemErrorFields = {}) {
    const { cause, ...data } = fields
    super(message, 'cause' in fields ? { cause } : undefined)
    // The platform's own name for an aborted operation, so that the usual check works.
    this.name = code === 'ERR_IPEM_ABORTED' ? 'AbortError' : 'IpemError'
    this.code = code
    Object.assign(this, data)
  }
}
