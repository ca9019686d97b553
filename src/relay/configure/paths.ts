/** What comes with the package. */
export const SHARE = '/usr/share/chatmail';
/**
 * While it exists the mail servers may start (`ConditionPathExists=` in their units), and our services go on from
 * `whenConfigured`; gone with every boot.
 */
export const CONFIGURED = '/run/chatmail/configured';
/** The settings file as it was when it was read last, for `/usr/lib/chatmail/late-settings`. */
export const SEEN_SETTINGS = '/run/chatmail/settings.yaml';
