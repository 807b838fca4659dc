/** One setting as the table of settings describes it. */

export interface Setting {
	/** Name in the environment. */
	readonly name: string;
	/** Other names in the environment that mean the same. */
	readonly aliases?: readonly string[];
	/** Key in the YAML file; null where a file cannot say it. */
	readonly key: string | null;
	/** Text used when nothing is set; empty means there is none. */
	readonly default: string;
	/** Whether it holds several entries, which the file may write as a list. */
	readonly many?: boolean;
	readonly meaning: string;
	/** What would be right, as an instruction. */
	readonly form: string;
	readonly example: string;
}
