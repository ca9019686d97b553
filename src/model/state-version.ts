/**
 * Of what a relay keeps on its disk: mail, keys, certificates, queue. A version that writes something which the version
 * before would misunderstand raises it; an earlier one then leaves that state alone.
 */
export const STATE_VERSION = 1;
