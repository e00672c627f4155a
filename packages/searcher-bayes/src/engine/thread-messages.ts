import type { Answer, Question, Summary, Told } from './protocol.ts';

/** What the engine's thread is sent. */
export type ToThread =
  | { readonly kind: 'tell'; readonly told: readonly Told[] }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'describe'; readonly id: number };

/** What it sends back. */
export type FromThread =
  | { readonly kind: 'done'; readonly id: number; readonly result: Answer | Summary | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly error: unknown };
