/** What each code means, in one line. The key is `error.code`. */
export declare const ERROR_CODES: Readonly<{
    readonly ERR_IPEM_ABORTED: 'the caller aborted the request';
    readonly ERR_IPEM_ALREADY_STARTED: 'start() was called before, so this is too late';
    readonly ERR_IPEM_APP: 'an app that is to be served does not start';
    readonly ERR_IPEM_AUTH: 'the other side of a socket could not prove that it knows the cookie';
    readonly ERR_IPEM_CHILD_EXITED: 'a child process ended before it was online';
    readonly ERR_IPEM_CLOSED: 'close() was called, this ipem takes no more part';
    readonly ERR_IPEM_CONFIG: 'the configuration of a server is wrong';
    readonly ERR_IPEM_COOKIE: 'the cookie file cannot be read, written or trusted';
    readonly ERR_IPEM_DAEMON: 'a server in the background does not serve';
    readonly ERR_IPEM_DUPLICATE_COPY: 'another copy of ipem in this process already holds the link to the parent';
    readonly ERR_IPEM_DUPLICATE_PID: 'a process with this pid is already in the tree';
    readonly ERR_IPEM_FOREIGN: 'the process at the other end belongs to another application';
    readonly ERR_IPEM_GAVE_UP: 'a child crashed too often within the period, it is not restarted any more';
    readonly ERR_IPEM_GONE: 'the process that was asked has left before it answered';
    readonly ERR_IPEM_HANDLER_EXISTS: 'a handler for this request is already registered';
    readonly ERR_IPEM_HANDSHAKE: 'the other end of a new connection did not complete the handshake in time';
    readonly ERR_IPEM_HOOK: 'a hook of the configuration has thrown';
    readonly ERR_IPEM_INSECURE: 'listening beyond this machine needs TLS or an explicit insecure: true';
    readonly ERR_IPEM_INVALID_ARG: 'an argument has the wrong type or value';
    readonly ERR_IPEM_INVALID_OPTION: 'an option is unknown or has the wrong type or value';
    readonly ERR_IPEM_INVALID_ROUTE: 'the route given to sendTo does not end at this process or is malformed';
    readonly ERR_IPEM_LISTEN: 'the listening socket could not be bound';
    readonly ERR_IPEM_MISSING_PEER: 'a package that is needed for this is not installed';
    readonly ERR_IPEM_NO_HANDLER: 'the process that was asked has no handler for this request';
    readonly ERR_IPEM_NO_SERVER: 'there is no server to be controlled, or not only one';
    readonly ERR_IPEM_NOT_PRIMARY: 'only the primary of a cluster can fork cluster workers';
    readonly ERR_IPEM_NOT_STARTED: 'start() has not been called yet';
    readonly ERR_IPEM_OVERFLOW: 'a queue is full, the message was refused';
    readonly ERR_IPEM_PROTOCOL: 'the other end of a link sent something that is not the protocol';
    readonly ERR_IPEM_REMOTE: 'the handler in the other process failed without a code of its own';
    readonly ERR_IPEM_RESERVED_EVENT: 'this event name belongs to ipem itself and cannot be sent';
    readonly ERR_IPEM_RING: 'joining here would make the tree a ring';
    readonly ERR_IPEM_RUNNING: 'the pidfile names a process that lives';
    readonly ERR_IPEM_SCHEMA: 'the arguments of an event do not fit the schema given for it';
    readonly ERR_IPEM_SPAWN: 'a child process could not be started';
    readonly ERR_IPEM_TIMEOUT: 'the answer did not come in time';
    readonly ERR_IPEM_TOO_LARGE: 'a message is larger than the limit';
    readonly ERR_IPEM_TOO_MANY: 'a limit on concurrent requests or connections is reached';
    readonly ERR_IPEM_UNREACHABLE: 'no process with this pid can be reached along this way';
    readonly ERR_IPEM_UNSERIALIZABLE: 'an argument contains a value that cannot travel between processes';
    readonly ERR_IPEM_VERSION: 'the other end speaks another version of the protocol';
}>;
/** The union of all `error.code` values of an {@link IpemError}. */
export type IpemErrorCode = keyof typeof ERROR_CODES;
/** Data that travels with an error as own fields, next to `cause`. */
export interface IpemErrorFields {
    readonly cause?: unknown;
    readonly [field: string]: unknown;
}
/**
 * The only class of error ipem itself throws, rejects with or emits.
 *
 * Branch on `code`, never on the message text. Further facts are own fields of the error
 * (`pid`, `path`, `limit`, …); the page `docs/errors.md` lists them for each code.
 */
export declare class IpemError extends Error {
    readonly name: string;
    readonly code: IpemErrorCode;
    readonly [field: string]: unknown;
    constructor(code: IpemErrorCode, message: string, fields?: IpemErrorFields);
}
