export type { ForkOptions, IpemOptions, LimitOptions, Restart, RestartIntensity, RestartOptions, RestartType, SocketOptions, TlsOptions, WorkerOptions, } from './options-types.js';
