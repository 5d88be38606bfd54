/** Stands for whoever is the grand master when the request gets there. */
export declare const GRAND_MASTER = "grandmaster";
/** Stands for the parent, in a request that is made before it is known. */
export declare const PARENT = "parent";
/** Whom a request or a cancel is for. */
export interface RequestTarget {
    /** pid of the process that is asked, `'grandmaster'` or `'parent'`. Never a bare OS pid: the owner resolves it first. */
    readonly to: string;
    /** Exactly this way: every hop, the target first, as in a message that leaves. Without it the topology decides. */
    readonly route?: readonly string[];
}
/**
 * Sends what request/reply has to say. Implemented by the owner; a test uses an object literal.
 *
 * Five methods, because the ways differ: a request follows a target, an answer goes back along the way its request
 * came, a cancel carries no data, and hearing of processes that leave costs traffic in the tree, so it is asked for
 * only while it matters. What comes in is reported with `onRequest`, `onAnswer`, `onCancel`, `onRefused` and `onGone`
 * of {@link Requests}. Every method MAY report back before it returns (a process that asks itself).
 */
export interface RequestPort {
    /**
     * A message of type `request`. MUST throw an IpemError when it cannot be encoded or accepted, and MUST report with
     * `onRefused` when it is accepted and refused later.
     */
    sendRequest(target: RequestTarget, event: string, id: number, args: readonly unknown[]): void;
    /** The process that such a word stands for now; undefined where that is not known. */
    whoIs(word: typeof GRAND_MASTER | typeof PARENT): string | undefined;
    /** A message of type `answer` back along `pids`, which are those of the request. MUST throw as `sendRequest` does. */
    sendAnswer(pids: readonly string[], id: number, body: readonly unknown[]): void;
    /**
     * A notice to the process that handles request `id` of this process: nobody waits for the answer any more. MUST
     * stay behind the request. Best effort: an IpemError thrown here is dropped.
     */
    sendCancel(target: RequestTarget, id: number): void;
    /**
     * While `watching`, every process that leaves anywhere in the tree MUST be reported with `onGone`. Called on
     * transitions only, with true before the first request leaves and with false soon after the last one ended:
     * MAY be given up lazily.
     */
    watchGone(watching: boolean): void;
}
/** The limits request/reply keeps; the defaults are those of the options. */
export interface RequestLimits {
    /** Milliseconds until a request without a timeout of its own ends; 0 or Infinity: never. */
    readonly requestTimeoutMs: number;
    /** Most requests that wait for an answer here, and most that are being handled here, counted apart. */
    readonly maxPendingRequests: number;
}
