/** One rule that matched: what an alert says of it. */
export interface SignatureMatch {
  readonly gid: number;
  readonly sid: number;
  readonly rev: number;
  readonly msg: string;
  /** `classtype`, or empty. */
  readonly classType: string;
  /** Suricata's: 1 (highest) to 4, from the rule, else from its class, else 3. */
  readonly priority: number;
  /** `metadata` keys to their values, in the order of the rule. */
  readonly metadata: Readonly<Record<string, readonly string[]>>;
  /** `reference` values: `url,example.org/x`. */
  readonly references: readonly string[];
  /** Which end the rule calls the target (`target:src_ip`), where it does. */
  readonly target?: 'source' | 'destination';
  /** The rule as it was written, and where. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
}
