/** A server that goes on until it is closed. */
export interface Service {
  readonly close: () => Promise<void>;
}
