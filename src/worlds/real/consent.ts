// What only a person decides. A run without a terminal is answered by its flags.

export interface Consent {
  /** `--yes` answers it. */
  readonly yes: (question: string) => Promise<boolean>
  /** What is protected: only its own name counts, typed or given by `--protect-off`. `all`: every name that will be asked for. */
  readonly named: (name: string, question: string, all?: readonly string[]) => Promise<boolean>
}
