/** The least a program can do to run something in a container: four requests to the engine, nothing else. */
import { Agent, request } from 'node:http';

/** An engine without this project's backend between. */
export class BareEngine {
  readonly #socket: string;
  readonly #agent = new Agent({ keepAlive: true });
  #made = 0;

  /** @param socket path that the engine listens at */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /**
   * Creates a container, starts it, waits for its end and removes it.
   * @param specification body of `POST /containers/create`
   * @throws Error when the engine does not do one of them, or the program fails
   */
  async run(specification: object): Promise<void> {
    this.#made += 1;
    const name = `bare-${process.pid}-${this.#made}`;
    await this.#ask('POST', `/containers/create?name=${name}`, specification);
    await this.#ask('POST', `/containers/${name}/start`);
    const { StatusCode: code } = JSON.parse(await this.#ask('POST', `/containers/${name}/wait`)) as {
      StatusCode: number;
    };
    await this.#ask('DELETE', `/containers/${name}?force=1&v=1`);
    if (code !== 0) throw new Error(`the bare container exited with ${code}`);
  }

  /** The version of the engine, in words. */
  async version(): Promise<string> {
    const { Version: version, ApiVersion: api } = JSON.parse(await this.#ask('GET', '/version')) as Record<
      'Version' | 'ApiVersion',
      string
    >;
    return `${version}, API ${api}`;
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(method: string, path: string, body?: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request({ socketPath: this.#socket, agent: this.#agent, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => {
          const { statusCode: status = 0 } = response;
          if (status < 400) resolve(text);
          else reject(new Error(`${method} ${path}: ${status} ${text}`));
        });
      });
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
