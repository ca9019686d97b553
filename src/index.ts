/** The library: `import { renderUserData } from 'chatmail-image'`. */
export type { Extra } from './cloud-init/extra.ts';
export type { Base, UserDataOptions } from './cloud-init/options.ts';
export type { UserDataProblem } from './cloud-init/problem.ts';
export { renderUserData } from './cloud-init/user-data.ts';
export type { UserData } from './cloud-init/write-user-data.ts';
export type { Settings } from './config/schema.ts';
export { CLOUDS, cloudNamed } from './model/clouds/all.ts';
export type { Cloud } from './model/clouds/cloud.ts';
export type { Certainty, Fact } from './model/clouds/fact.ts';
export type { PinnedPackage } from './package/pin.ts';
