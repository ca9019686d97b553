/** RFC 6890: what is not reachable from the Internet, as far as a relay's own interface may show it. */
const NOT_PUBLIC =
  /^(0|10|127)\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^192\.168\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

export const isPublic = (address: string): boolean => !NOT_PUBLIC.test(address);
