export interface Validate {
    (value: unknown): boolean;
    errors?: readonly {
        instancePath: string;
        keyword: string;
        params: Record<string, unknown>;
    }[] | null;
}
export declare const validateOptions: Validate;
export declare const validateForkOptions: Validate;
export declare const validateWorkerOptions: Validate;
export declare const validateHeader: Validate;
