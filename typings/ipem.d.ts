import type { DefaultEvents, EventMap, IpemConstructor, Ipem as IpemInterface } from './public-types.js';
/** The class of every ipem; `createIpem()` makes one too. */
export declare const Ipem: IpemConstructor;
export type Ipem<Events extends EventMap<Events> = DefaultEvents> = IpemInterface<Events>;
