import type { Validate } from './generated/validators.js';
import type { OptionSchema } from './options-schema.js';
/**
 * @param what how the whole object is called in an error, `options` in most cases
 * @throws ERR_IPEM_INVALID_OPTION with `option`, and with `value` where it is no secret
 */
export declare function check(validate: Validate, schema: OptionSchema, given: unknown, what: string): void;
