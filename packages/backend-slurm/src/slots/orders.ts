import type { StopRequest } from '@fettle/core';

/** What a driver tells an agent to do. */
export type NewOrder =
  /** Run what is in the order's script. */
  | { readonly kind: 'run'; readonly attempt: string; readonly stopSignal?: string | undefined }
  | ({ readonly kind: 'stop'; readonly attempt: string } & StopRequest)
  /** Leave as soon as nothing runs, and ask what runs to save itself. */
  | { readonly kind: 'leave' };

/** An order as it was given: by which session of the driver, and its number in this slot. */
export type Order = NewOrder & { readonly session: number; readonly seq: number };

/** An order as a line for the shell: seven words, the last one a full stop, by which a line that is whole is known. */
export function orderLine(order: Order): string {
  return [order.session, order.seq, order.kind, ...wordsOf(order), '.'].join(' ');
}

function wordsOf(order: NewOrder): readonly (string | number)[] {
  switch (order.kind) {
    case 'run':
      return [order.attempt, order.stopSignal?.replace('SIG', '') ?? '-', 0];
    case 'stop':
      return [order.attempt, order.from, Math.ceil(order.grace)];
    case 'leave':
      return ['-', '-', 0];
  }
}

/** What a line says as far as a later driver needs it; undefined for a line that is not whole. */
export function readOrder(
  line: string,
): (Pick<Order, 'session' | 'seq' | 'kind'> & { readonly attempt: string }) | undefined {
  const [session = '', seq = '', kind = '', attempt = '', , , end] = line.split(' ');
  if (end !== '.') return undefined;
  return { session: Number(session), seq: Number(seq), kind: kind as Order['kind'], attempt };
}
