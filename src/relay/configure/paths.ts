/** What comes with the package. */
export const SHARE = '/usr/share/chatmail';
/**
 * While it exists the mail servers may start (`ConditionPathExists=` in their units), and our services go on from
 * `whenConfigured`; gone with every boot.
 */
export const CONFIGURED = '/run/chatmail/configured';
