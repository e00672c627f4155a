import { Agent, type ClientRequestArgs, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '@fettle/core';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { EngineError, errorOfAnswer } from './engine-error.ts';
import { SshStream } from './ssh-stream.ts';

/** How long an engine may take for its work before it counts as not reachable, in milliseconds. */
const PATIENCE = 60_000;

/** One request. */
export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Path with its query, without the host. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Headers beside those that belong to what is sent. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as it is: a tar archive. */
  readonly archive?: Readable | undefined;
  /** Statuses beside 2xx that are answers and not errors. */
  readonly accept?: readonly number[] | undefined;
  /** Ends the request when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the answer to begin, in milliseconds. */
  readonly patience?: number | undefined;
}

/** A status and what came with it. */
export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends requests to one engine and turns everything that can go wrong on the way into an `EngineError`. */
export class Connection {
  readonly #endpoint: Endpoint;
  readonly #agent: Agent;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#agent = agentFor(endpoint);
  }

  /** Asks, and reads the whole answer. @throws EngineError */
  async ask(call: EngineCall): Promise<EngineAnswer> {
    const limit = AbortSignal.timeout(call.patience ?? PATIENCE);
    const signal = call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]);
    const response = await this.#send({ ...call, signal });
    return { status: response.statusCode ?? 0, text: await this.#read(response) };
  }

  /** Asks, and hands the answer on as it arrives; it may go on for ever. @throws EngineError until the answer begins, and while it is read */
  async *stream(call: EngineCall, begun?: () => void): AsyncGenerator<Uint8Array, void, undefined> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), call.patience ?? PATIENCE);
    const signal = call.signal === undefined ? late.signal : AbortSignal.any([late.signal, call.signal]);
    const response = await this.#send({ ...call, signal }).finally(() => clearTimeout(timer));
    begun?.();
    try {
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (thrown) {
      throw this.#unreachable(thrown);
    } finally {
      response.destroy();
    }
  }

  /** Lets go of the connections that are kept for later requests. */
  close(): void {
    this.#agent.destroy();
  }

  async #send(call: EngineCall): Promise<IncomingMessage> {
    const response = await this.#begin(call, true);
    const { statusCode: status = 0 } = response;
    if ((status >= 200 && status < 300) || call.accept?.includes(status) === true) return response;
    const text = await this.#read(response);
    throw errorOfAnswer(status, messageIn(text) || `${call.method} ${call.path} was answered with ${status}.`);
  }

  #begin(call: EngineCall, again: boolean): Promise<IncomingMessage> {
    const { method, path, body, archive, signal } = call;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = { ...call.headers };
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(text);
    } else if (archive !== undefined) {
      headers['content-type'] = 'application/x-tar';
    }
    const args: ClientRequestArgs = { ...target(this.#endpoint), method, path, headers, agent: this.#agent };
    if (signal !== undefined) args.signal = signal;
    const secure = this.#endpoint.kind === 'tcp' && this.#endpoint.tls !== undefined;
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(args, resolve);
      request.once('error', (thrown: NodeJS.ErrnoException) => {
        // A connection that was kept may have been closed meanwhile, in which case nothing has been asked yet.
        if (again && archive === undefined && request.reusedSocket && thrown.code === 'ECONNRESET') {
          resolve(this.#begin(call, false));
        } else {
          reject(this.#unreachable(thrown));
        }
      });
      // The request reports what goes wrong on its way; the archive's own trouble ends the request.
      if (archive === undefined) request.end(text);
      else pipeline(archive, request).catch((thrown: unknown) => reject(this.#unreachable(thrown)));
    });
  }

  async #read(response: IncomingMessage): Promise<string> {
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of response) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks).toString('utf8');
    } catch (thrown) {
      throw this.#unreachable(thrown);
    }
  }

  #unreachable(thrown: unknown): EngineError {
    if (thrown instanceof EngineError) return thrown;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
    const where = describeEndpoint(this.#endpoint);
    return new EngineError('unreachable', `The container engine at ${where} ${why(thrown, code)}.`, {
      cause: thrown,
      ...(code === undefined ? {} : { code }),
    });
  }
}

function why(thrown: unknown, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      return 'does not run: there is no such socket';
    case 'ECONNREFUSED':
      return 'does not run: nobody listens there';
    case 'EACCES':
      return 'may not be used by this user';
    case 'ECONNRESET':
      return 'broke the connection off';
    case 'ABORT_ERR':
      return 'does not answer';
    default:
      return `cannot be reached: ${messageOf(thrown)}`;
  }
}

function messageIn(text: string): string {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'message' in answer) return String(answer.message).trim();
  } catch {
    // A proxy between us and the engine answers in words of its own.
  }
  return text.trim();
}

function target(endpoint: Endpoint): ClientRequestArgs {
  if (endpoint.kind === 'unix') return { socketPath: endpoint.path };
  return endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : {};
}

function agentFor(endpoint: Endpoint): Agent {
  if (endpoint.kind === 'ssh') return new SshAgent(endpoint.destination, endpoint.port);
  if (endpoint.kind === 'unix' || endpoint.tls === undefined) return new Agent({ keepAlive: true });
  const { ca, cert, key } = endpoint.tls;
  return new TlsAgent({
    keepAlive: true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

/** Keeps connections through `ssh`, which are streams and no sockets: the sockets' own settings do not apply to them. */
class SshAgent extends Agent {
  readonly #open: () => Duplex;

  constructor(destination: string, port: number | undefined) {
    super({ keepAlive: true });
    this.#open = () => new SshStream(destination, port);
  }

  override createConnection(): Duplex {
    return this.#open();
  }

  override keepSocketAlive(): boolean {
    return true;
  }

  override reuseSocket(): void {
    // Nothing of a socket is to be set again.
  }
}
