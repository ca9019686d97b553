import type { Mapping } from '../config/write-yaml.ts';

/** The last part of a mirror's path that names Debian's archive. */
const ARCHIVE = /\/debian(?=\/|$)(?!.*\/debian(\/|$))/;

/** Whether the address of a mirror says where Debian's archive is. */
export const namesArchive = (mirror: string): boolean => ARCHIVE.test(mirror);

/** Where Debian's security updates are beside its archive, on every mirror that has both. */
const securityMirror = (mirror: string): string => mirror.replace(ARCHIVE, '/debian-security');

/** Without `security` cloud-init looks for security updates at `primary`, where they are not. */
export const aptConfig = (mirror: string): Mapping => {
  const at = (uri: string) => [{ arches: ['default'], uri }];
  return { preserve_sources_list: false, primary: at(mirror), security: at(securityMirror(mirror)) };
};
