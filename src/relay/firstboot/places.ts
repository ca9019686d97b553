/** What comes with the package. */
export const SHARE = '/usr/share/chatmail';
/** While it exists the mail servers may start; gone with every boot (`ConditionPathExists=` in their units). */
export const CONFIGURED = '/run/chatmail/configured';
