/** A value of a study file. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Something of the original that the study file cannot say, or says otherwise. */
export interface ImportNote {
  /** Where it stands in the original: `HyperParameterTuningJobConfig.Strategy`. */
  readonly path: string;
  /** What became of it, and what to do. */
  readonly text: string;
}

/** A study file made from the description of another system. */
export interface ImportedStudy {
  /** The file's content, in the order in which people read it. */
  readonly study: { readonly [key: string]: Plain };
  readonly notes: readonly ImportNote[];
}

/** A name that a study may have: other characters become dashes. */
export function studyName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name === '' ? 'imported' : name.slice(0, 100);
}

/** An object without what is undefined. */
export function present(fields: { readonly [key: string]: Plain | undefined }): { readonly [key: string]: Plain } {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, Plain] => field[1] !== undefined));
}
