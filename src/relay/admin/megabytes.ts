/** Bytes for a person, in a column. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(10)} MB`;
