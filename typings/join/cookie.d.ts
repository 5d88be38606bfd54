export interface CookieSources {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly platform: NodeJS.Platform;
    /** The user that files must belong to; undefined where files have no such owner (Windows). */
    readonly uid: number | undefined;
}
/**
 * The cookie of this process: `given`, else what the cookie file of this user holds. The bytes are those of the
 * file's text, so the text can be copied into `socket.cookie` of a process elsewhere. Synchronous.
 *
 * @throws ERR_IPEM_COOKIE with `path` and `cause` where there are
 */
export declare function loadCookie(given: Buffer | undefined, sources?: CookieSources): Buffer;
/**
 * `$XDG_STATE_HOME/ipem/cookie`, by default `~/.local/state/ipem/cookie`; on Windows `%LOCALAPPDATA%\ipem\cookie`.
 * Source: XDG Base Directory Specification, which also says that a relative path is to be ignored.
 */
export declare function cookiePath({ env, platform }: CookieSources): string;
