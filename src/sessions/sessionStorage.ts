/** Where sessions are kept beyond the life of a window: one text for each session id. All windows share it. */
export interface SessionStorage {
  /** The ids of all stored texts. Rejects with the platform's error when the storage cannot be read. */
  ids(): Promise<string[]>;
  /** Undefined when nothing readable is stored under the id. Rejects with the platform's error. */
  read(id: string): Promise<string | undefined>;
  /** Replaces the text as a whole, or not at all. Rejects with the platform's error. */
  write(id: string, text: string): Promise<void>;
  /** Deletes the text, if there is one. Rejects with the platform's error. */
  delete(id: string): Promise<void>;
  /** Tells which text may have changed, in whichever window. Undefined: every text may have changed. */
  onDidChange(listener: (id: string | undefined) => void): { dispose(): void };
  /** Stops the events. */
  dispose(): void;
}
