/** Everything a proof covers: a proof made for one session, version, application or pair fits no other. */
export interface Session {
    readonly nonceA: Buffer;
    readonly nonceB: Buffer;
    /** pid of the process that dialled. */
    readonly pidA: string;
    /** pid of the process that listens. */
    readonly pidB: string;
    readonly name: string;
}
/**
 * HMAC-SHA256 under the cookie of `"ipem " + role`, version, both nonces, both pids and the name, each behind its
 * length as u32 little-endian, so that no two sessions ever have the same bytes. The role is in it because
 * otherwise a proof could be sent back to the one who made it.
 */
export declare function proofOf(cookie: Buffer, role: 'dialer' | 'listener', session: Session): Buffer;
export declare function sameProof(expected: Buffer, given: Buffer): boolean;
export declare function freshBytes(length: number): Buffer;
